// Measures how long a collection of 100,000 labelled items takes to read, against JSON.parse of
// the same: ids unique, texts valid, all labels read. Prints a table, or with -json what the
// repository's measuring commands print, and ends with status 1 if a bound is missed.
import { hex, utf8 } from './lib/bytes.js'
import { decode } from './lib/collection.js'
import { decodeUpdate, encodeUpdate } from './lib/documents.js'
import { apply } from './lib/join.js'
import { Signer } from './lib/key.js'
import { complete, withdrawn } from './lib/label.js'
import { make, seal, update } from './lib/make.js'

const items = 100000, rounds = 31
const types = ['image/jpeg', 'image/heic', 'video/mp4']
const words = ['Harbour at dawn', 'Zoë und Jürgen', '波止場の朝', 'the long way home']

/** Random numbers that are the same in every run. @param {number} state */
function numbers(state) {
  return () => (state = state * 48271 % 2147483647)
}

/** The collection, which its author has sealed: labels and types by chance, a caption to each tenth item. */
async function collection() {
  const next = numbers(1)
  const author = await Signer.generate()
  const user = await author.key.userId()
  const ids = Array.from({ length: items }, () => Uint8Array.from({ length: 16 }, () => next() >> 8))
  const captions = new Map(ids.flatMap((_, i) => i % 10 ? [] : [[i, words[next() % 4] + ' ' + i]]))
  const c = await seal(make({
    author: user, items: ids, captions, types: ids.map(() => types[next() % 3]), title: 'Harbour at dawn',
  }), author, 1800000000)
  const ranks = new Map(ids.flatMap((_, i) => next() % 2 ? [[i, next() % 16 ? complete : withdrawn]] : []))
  const said = await update(c, author, user, 1800000001, ranks)
  return apply(c, decodeUpdate(encodeUpdate(said)))
}

/** The same in JSON, an object for each item. @param {import('./lib/collection.js').Collection} c */
function rows(c) {
  const captions = c.captions
  return JSON.stringify({
    ...around(c),
    items: Array.from({ length: c.length }, (_, i) => ({
      id: hex(c.id(i)), type: c.mediaType(i), rank: c.ranks[i], caption: captions.get(i),
    })),
  })
}

/** The same in JSON, an array for each field. @param {import('./lib/collection.js').Collection} c */
function columns(c) {
  return JSON.stringify({
    ...around(c), ids: Array.from({ length: c.length }, (_, i) => hex(c.id(i))), ranks: [...c.ranks], types,
    type: Array.from({ length: c.length }, (_, i) => types.indexOf(c.mediaType(i))), captions: [...c.captions],
  })
}

/** @param {import('./lib/collection.js').Collection} c */
const around = ({ fixed, edition, parts }) => ({
  id: hex(fixed.id), author: hex(fixed.author), title: edition.title, kind: fixed.kind,
  seals: [parts.authorSeal, ...parts.updates.map((u) => u.seal)].map((s) => s && { issued: s.issued, seal: hex(s.bytes) }),
})

/**
 * What is timed. Each returns how many labels it has read.
 * @param {Uint8Array} bytes @param {string} inRows @param {string} inColumns @returns {Record<string, () => number>}
 */
const races = (bytes, inRows, inColumns) => ({
  glimpse: () => decode(bytes).validate().labelled,
  captions: () => {
    const c = decode(bytes).validate()
    return c.captions.size && c.labelled
  },
  rows: () => count(JSON.parse(inRows).items, (/** @type {{rank: number}} */ item) => item.rank),
  columns: () => count(JSON.parse(inColumns).ranks, (/** @type {number} */ rank) => rank),
})

/** How many items have a label. @template T @param {T[]} list @param {(one: T) => number} rank */
function count(list, rank) {
  let n = 0
  for (const one of list) if (rank(one) % 16 !== complete) n++
  return n
}

/** The milliseconds of each, in turns. @param {Record<string, () => number>} all @param {number} want */
function race(all, want) {
  /** @type {Record<string, number[]>} */
  const times = {}
  for (let round = -5; round < rounds; round++) {
    for (const [name, run] of Object.entries(all)) {
      const from = performance.now()
      const read = run()
      const took = performance.now() - from
      if (read !== want) throw new Error(`${name} reads ${read} labels, not ${want}`)
      if (round >= 0) (times[name] ??= []).push(took)
    }
  }
  return times
}

/** @param {number[]} list */
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1]

const c = await collection()
const bytes = c.encode(), inRows = rows(c), inColumns = columns(c)
const times = race(races(bytes, inRows, inColumns), c.labelled)
/** How often one takes the time of another: the median of the rounds. @param {string} of @param {string} beside */
const ratio = (of, beside) => median(times[beside].map((t, i) => t / times[of][i]))
const shown = (/** @type {string} */ what, /** @type {number} */ value) => ({ what, value, better: 'lower', ok: true })
const fast = ratio('glimpse', 'rows')
const results = [
  { what: `decode of ${items} labelled items, times faster than JSON.parse`, value: fast, bound: 5, better: 'higher', ok: fast >= 5 },
  { ...shown('as above, beside JSON in columns', ratio('glimpse', 'columns')), better: 'higher' },
  { ...shown('as above, captions made texts, beside JSON.parse', ratio('captions', 'rows')), better: 'higher' },
  shown('decode, ms', median(times.glimpse)), shown('JSON.parse, ms', median(times.rows)),
  shown('bytes', bytes.length), shown('bytes of JSON', utf8(inRows).length),
]
if (process.argv.includes('-json')) console.log(JSON.stringify({ results }, null, '\t'))
else for (const r of results) console.log(`${r.what}: ${Number(r.value.toPrecision(4))}${'bound' in r ? ` (at least ${r.bound})` : ''}`)
if (results.some((r) => !r.ok)) process.exitCode = 1
