// The editable part, in editions.
import { compare, utf8, zeros } from './bytes.js'
import { encode, text, textOf } from './cbor.js'
import { readColumn, readDictionary } from './column.js'

/** The length of a preview that an earlier edition had and that was removed. */
export const removed = 33

/**
 * Texts is the sparse column of captions.
 * @typedef {object} Texts
 * @property {Uint8Array} items numbers, four bytes each
 * @property {Uint8Array} ends where each ends in text, four bytes each
 * @property {Uint8Array} text
 */

/**
 * @typedef {object} Hints
 * @property {number} [perPage]
 * @property {Uint8Array} [cover]
 * @property {Uint8Array} [background]
 * @property {string} [border]
 */

/**
 * Edition is what the author may edit.
 * @typedef {object} Edition
 * @property {bigint} number
 * @property {string} title
 * @property {Texts|null} captions
 * @property {{names: string[], column: import('./column.js').Column}|null} types
 * @property {Map<string, string>} metadata
 * @property {Hints} hints
 * @property {(Uint8Array|undefined)[]} digests by version, a column of n
 * @property {{lengths: import('./column.js').Column, data: Uint8Array}|null} previews
 */

/** @returns {Edition} */
export const emptyEdition = () => ({
  number: 0n, title: '', captions: null, types: null, metadata: new Map(), hints: {}, digests: [], previews: null,
})

/**
 * Reads the edition of a collection of n items and so many versions.
 * @param {import('./cbor.js').Reader} r @param {number} n @param {number} versions
 * @param {import('./limits.js').Limits} limits @returns {Edition}
 */
export function readEdition(r, n, versions, limits) {
  const e = emptyEdition()
  /** @type {((at: number) => void)[]} */
  const fields = [
    (at) => (e.number = r.big()) || r.fail('ErrNotCanonical', at),
    (at) => (e.title = r.text(limits.title)) || r.fail('ErrNotCanonical', at),
    () => e.captions = readTexts(r, n, limits),
    () => e.types = readTypes(r, n, limits),
    (at) => (e.metadata = readMetadata(r, limits)).size || r.fail('ErrNotCanonical', at),
    (at) => Object.keys(e.hints = readHints(r)).length || r.fail('ErrNotCanonical', at),
    (at) => (e.digests = readDigests(r, n, versions)).length || r.fail('ErrNotCanonical', at),
    () => e.previews = readPreviews(r, n),
  ]
  r.fields(1, fields.length, (key, at) => void fields[key - 1](at))
  r.done()
  return e
}

/** @param {Uint8Array} column @param {number} i */
const number = (column, i) =>
  column[4 * i] * 2 ** 24 + (column[4 * i + 1] << 16 | column[4 * i + 2] << 8 | column[4 * i + 3])

/** @param {import('./cbor.js').Reader} r @param {number} n @param {import('./limits.js').Limits} limits */
function readTexts(r, n, limits) {
  const at = r.at
  r.exactly(3)
  const items = readNumbers(r, limits)
  const ends = readNumbers(r, limits)
  const t = { items, ends, text: r.textBytes(limits.text) }
  if (items.length !== ends.length) r.fail('ErrLength', at)
  let start = 0
  for (let k = 0; k < items.length / 4; k++) {
    const item = number(items, k), end = number(ends, k)
    if (item >= n || k > 0 && item <= number(items, k - 1)) r.fail('ErrOrder', at)
    if (end <= start || end > t.text.length) r.fail('ErrLength', at)
    if (end - start > limits.caption) r.fail('ErrLimit', at)
    if ((t.text[start] & 0xc0) === 0x80) r.fail('ErrUTF8', at)
    start = end
  }
  if (start !== t.text.length) r.fail('ErrLength', at)
  return t
}

/** @param {import('./cbor.js').Reader} r @param {import('./limits.js').Limits} limits */
function readNumbers(r, limits) {
  const at = r.at
  const b = r.byteString(4 * limits.items)
  if (!b.length) r.fail('ErrNotCanonical', at)
  if (b.length % 4) r.fail('ErrLength', at)
  return b
}

/** @param {import('./cbor.js').Reader} r @param {number} n @param {import('./limits.js').Limits} limits */
function readTypes(r, n, limits) {
  r.exactly(3)
  /** @type {string[]} */
  const names = []
  const column = readColumn(r, n, () => {
    const at = r.at
    let last = new Uint8Array(0)
    for (let left = r.array(limits.types); left > 0; left--) {
      const name = r.textBytes(255)
      if (names.length && compare(last, name) >= 0) r.fail('ErrOrder', at)
      names.push(text(last = /** @type {Uint8Array<ArrayBuffer>} */ (name), at))
    }
    if (!names.length || names.length === 1 && !names[0]) r.fail('ErrNotCanonical', at)
    return names.map((_, i) => i)
  })
  return { names, column }
}

/** Orders texts by their encodings. @param {Uint8Array} a @param {Uint8Array} b */
const byEncoding = (a, b) => a.length - b.length || compare(a, b)

/** @param {import('./cbor.js').Reader} r @param {import('./limits.js').Limits} limits */
function readMetadata(r, limits) {
  const map = new Map()
  /** @type {Uint8Array|null} */
  let last = null
  for (let left = r.map(limits.metadata); left > 0; left--) {
    const at = r.at
    const key = r.textBytes(255)
    if (last && byEncoding(last, key) >= 0) r.fail('ErrOrder', at)
    map.set(text(last = key, at), r.text(limits.caption))
  }
  return map
}

/** @param {import('./cbor.js').Reader} r @returns {Hints} */
function readHints(r) {
  /** @type {Hints} */
  const hints = {}
  /** @param {number} at */
  const id = (at) => {
    const b = r.fixed(16)
    return zeros(b) ? r.fail('ErrNotCanonical', at) : b
  }
  /** @type {((at: number) => void)[]} */
  const fields = [
    (at) => (hints.perPage = r.uint(2147483647)) || r.fail('ErrNotCanonical', at),
    (at) => hints.cover = id(at),
    (at) => hints.background = id(at),
    (at) => (hints.border = r.text(255)) || r.fail('ErrNotCanonical', at),
  ]
  r.fields(1, fields.length, (key, at) => void fields[key - 1](at))
  return hints
}

/** @param {import('./cbor.js').Reader} r @param {number} n @param {number} versions */
function readDigests(r, n, versions) {
  /** @type {(Uint8Array|undefined)[]} */
  const digests = []
  for (let left = r.map(versions); left > 0; left--) {
    const at = r.at
    const version = r.name(versions)
    if (version < digests.length) r.fail('ErrNotCanonical', at)
    digests[version] = r.fixed(32 * n)
    if (zeros(/** @type {Uint8Array} */ (digests[version]))) r.fail('ErrNotCanonical', at)
  }
  return digests
}

/** @param {import('./cbor.js').Reader} r @param {number} n */
function readPreviews(r, n) {
  const at = r.at
  r.exactly(4)
  const lengths = readColumn(r, n, () => readDictionary(r, removed + 1, removed))
  const data = r.byteString(32 * n)
  if (!lengths.dict.length || lengths.dict.length === 1 && lengths.dict[0] === 0) r.fail('ErrNotCanonical', at)
  const sum = lengths.counts().reduce((sum, count, i) => sum + count * stored(lengths.dict[i]), 0)
  if (sum !== data.length) r.fail('ErrLength', at)
  return { lengths, data }
}

/** Bytes that a preview of a length takes. @param {number} length */
const stored = (length) => length === removed ? 0 : length

/** The captions by items' numbers. @param {Edition} e @returns {Map<number, string>} */
export function captionsOf(e) {
  const map = new Map()
  const t = e.captions
  if (!t) return map
  const all = text(t.text, 0) // is made once: to call the decoder for each takes ten times as long
  for (let k = 0, at = 0, from = 0; k < t.items.length / 4; k++) {
    const start = from
    for (const end = number(t.ends, k); at < end; at++) from += units(t.text[at])
    map.set(number(t.items, k), all.slice(start, from))
  }
  return map
}

/** How many units of UTF-16 a byte of UTF-8 stands for: none if it goes on. @param {number} b */
const units = (b) => b >= 0xf0 ? 2 : (b & 0xc0) === 0x80 ? 0 : 1

/**
 * The previews by items' numbers, those of withdrawn items too, with empty ones for those
 * that were removed.
 * @param {Edition} e @returns {Map<number, Uint8Array>}
 */
export function previewsOf(e) {
  const map = new Map()
  let at = 0
  e.previews?.lengths.runs((length, from, to) => {
    for (let i = from; length > 0 && i < to; i++) {
      map.set(i, e.previews?.data.subarray(at, at + stored(length)))
      at += stored(length)
    }
  })
  return map
}

/** The encoding. @param {Edition} e @returns {Uint8Array} */
export function encodeEdition(e) {
  const { captions, types, hints, previews } = e
  /** @type {[number, unknown, unknown][]} */
  const all = [
    [1, e.number, e.number], [2, e.title, e.title],
    [3, captions && [captions.items, captions.ends, textOf(captions.text)], captions],
    [4, types && [types.names, types.column.form, types.column.data], types],
    [5, new Map([...e.metadata].sort((a, b) => byEncoding(utf8(a[0]), utf8(b[0])))), e.metadata.size],
    [6, some([[1, hints.perPage], [2, hints.cover], [3, hints.background], [4, hints.border]]), Object.values(hints).some(Boolean)],
    [7, some(e.digests.map((column, v) => [v, column])), e.digests.some(Boolean)],
    [8, previews && [Array.from(previews.lengths.dict), previews.lengths.form, previews.lengths.data, previews.data], previews],
  ]
  return encode(some(all.map(([key, value, there]) => [key, there ? value : undefined])))
}

/** @param {[number, unknown][]} pairs @returns {Map<number, unknown>} those that have a value */
const some = (pairs) => new Map(pairs.filter(([, value]) => value))

