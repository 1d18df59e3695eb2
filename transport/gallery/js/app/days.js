// The days on which items were made, as an album's metadata "days" says them: see the README.

/** Stands for a day that is not known. */
const unknown = '-'

/** The most bytes that a value of the metadata has. */
const most = 65536

/** Items that follow each other and are of one day; '' = it is not known. @typedef {{day: string, count: number}} Run */

/** What is no run is passed over, whatever an author has written. @param {Map<string, string>} metadata @returns {Run[]} in display order */
export function readDays(metadata) {
  /** @type {Run[]} */
  const runs = []
  for (const run of (metadata.get('days') ?? '').split(' ')) {
    const [day, count, ...more] = run.split('*')
    if (!day || more.length || !/^\d{1,8}$/.test(count)) continue
    runs.push({ day: /^\d{4}-\d\d-\d\d$/.test(day) ? day : '', count: Number(count) })
  }
  return runs
}

/** The day of each of n items, '' = not known. @param {Map<string, string>} metadata @param {number} n @returns {string[]} */
export function dayOfEach(metadata, n) {
  /** @type {string[]} */
  const days = []
  for (const { day, count } of readDays(metadata)) for (let k = 0; k < count && days.length < n; k++) days.push(day)
  return days.concat(Array(n - days.length).fill(''))
}

/**
 * The metadata with the days of all items. Where none is known, or they take up too much room,
 * there are no days.
 * @param {Map<string, string>} metadata @param {string[]} days of the items in display order, '' = not known
 */
export function withDays(metadata, days) {
  /** @type {Run[]} */
  const runs = []
  for (const day of days) {
    const last = runs.at(-1)
    if (last?.day === day) last.count++
    else runs.push({ day, count: 1 })
  }
  const text = runs.map(({ day, count }) => `${day || unknown}*${count}`).join(' ')
  const all = new Map(metadata)
  if (days.some(Boolean) && text.length <= most) all.set('days', text)
  else all.delete('days')
  return all
}

/** The day of a moment of the clock on the wall, '' if there is none. @param {number} taken in milliseconds, as if that clock were UTC */
export function dayAt(taken) {
  const at = new Date(taken)
  return taken && at.getUTCFullYear() >= 1000 && at.getUTCFullYear() <= 9999 ? at.toISOString().slice(0, 10) : ''
}
