// The days on which items were made, as an album's metadata "days" has them.

/**
 * Days in display order, such as "2026-07-01*12 2026-07-02*3", with - for unknown: by the number of
 * the first item of each, in milliseconds since 1970; NaN = not known. What is none is passed over.
 * @param {string} text whatever an author has written @returns {Map<number, number>}
 */
export function parseDays(text) {
  const days = new Map()
  let i = 0
  for (const run of text.split(' ')) {
    const [date, count, ...more] = run.split('*')
    if (!/^\d{1,8}$/.test(count) || more.length || !date) continue
    days.set(i, Date.parse(date))
    i += Number(count)
  }
  return days
}
