// Packed columns of small numbers: see "Packed columns" in collection.cddl.
import { GlimpseError } from './errors.js'
import { mostCount } from './limits.js'

/** Reports n values that are equal, from place from on. @typedef {(value: number, from: number, to: number) => void} Run */

/** @param {number} d @returns {number} bits that a place in a dictionary of d values takes */
function bitsOf(d) {
  let bits = 1
  while (2 ** bits < d) bits *= 2
  return bits
}

/** @param {number} n @returns {number} bytes of n in LEB128 */
function leb(n) {
  if (n < 128) return 1
  let size = 1
  for (; n >= 128; n = Math.floor(n / 128)) size++
  return size
}

/** Column is n numbers, kept as they are written. It never changes. */
export class Column {
  /**
   * @param {number} n @param {ArrayLike<number>} dict the values, ascending
   * @param {number} form @param {Uint8Array} data
   */
  constructor(n, dict, form, data) {
    this.n = n
    this.dict = dict
    this.form = form
    this.data = data
  }

  /**
   * Refuses a column that is not written in the only way, without unpacking it.
   * @param {number} at where it stands @returns {Column}
   */
  check(at) {
    const d = this.dict.length
    const ok = d < 2
      ? d === Math.min(this.n, 1) && this.form === 0 && this.data.length === 0
      : d <= this.n && (this.form === 0 ? this.#checkRuns() : this.#checkPlaces())
    if (!ok) throw new GlimpseError('ErrNotCanonical', at, 'a packed column')
    return this
  }

  #checkRuns() {
    const { n, dict, data } = this
    const d = dict.length
    if (data.length >= Math.ceil(n * bitsOf(d) / 8)) return false
    const seen = new Uint8Array(d)
    let covered = 0, last = -1, used = 0
    for (let at = 0; at < data.length;) {
      let run = 0, unit = 1, b = 128
      const from = at
      for (; b >= 128; unit *= 128) {
        if (at === data.length || at - from === 7) return false
        b = data[at++]
        run += (b & 127) * unit
      }
      if (b === 0 && at - from > 1) return false
      const place = run % d
      covered += Math.floor(run / d) + 1
      if (covered > n || place === last) return false
      last = place
      if (!seen[place]) used += seen[place] = 1
    }
    if (covered === n) return used === d && dict[last] !== 0
    return dict[0] === 0 && last !== 0 && used + 1 - seen[0] === d
  }

  #checkPlaces() {
    const { n, dict, data } = this
    const d = dict.length, bits = bitsOf(d)
    if (data.length !== Math.ceil(n * bits / 8)) return false
    const spare = data.length * 8 - n * bits
    if (spare && data[data.length - 1] >> (8 - spare)) return false
    const seen = new Uint8Array(d), places = this.places()
    let used = 0, size = 0, last = -1, from = 0, i = 0
    for (; i < n && (used < d || size < data.length); i++) { // then runs would be no shorter
      const place = places[i]
      if (place === last) continue
      if (place >= d) return false
      if (last >= 0) size += leb((i - from - 1) * d + last)
      if (!seen[place]) used += seen[place] = 1
      last = place
      from = i
    }
    for (; i < n && 2 ** bits > d; i++) if (places[i] >= d) return false
    if (dict[last] !== 0) size += leb((n - from - 1) * d + last)
    return used === d && size >= data.length
  }

  /** The places of all items in the dictionary, of a column of places. @returns {Uint8Array|Uint32Array} */
  places() {
    const { n, data } = this
    const bits = bitsOf(this.dict.length)
    if (bits === 8) return data
    const places = bits < 8 ? new Uint8Array(n) : new Uint32Array(n)
    if (bits < 8) {
      for (let i = 0, mask = (1 << bits) - 1; i < n; i++) places[i] = data[i * bits >>> 3] >> (i * bits & 7) & mask
    } else {
      for (let at = data.length - 1, size = bits / 8; at >= 0; at--) places[at / size | 0] = places[at / size | 0] * 256 + data[at]
    }
    return places
  }

  /**
   * Calls each for every run of equal values, in order.
   * @param {Run} each
   */
  runs(each) {
    const { n, dict, data, form } = this
    const d = dict.length
    if (d < 2) return n && each(dict[0], 0, n)
    if (form === 1) return this.#runsOfPlaces(each)
    let from = 0
    for (let at = 0; at < data.length;) {
      let run = 0, unit = 1, b = 128
      for (; b >= 128; unit *= 128) run += ((b = data[at++]) & 127) * unit
      const to = from + Math.floor(run / d) + 1
      each(dict[run % d], from, to)
      from = to
    }
    if (from < n) each(dict[0], from, n)
  }

  /** @param {Run} each */
  #runsOfPlaces(each) {
    const places = this.places()
    let from = 0, last = places[0]
    for (let i = 1; i < this.n; i++) {
      const place = places[i]
      if (place === last) continue
      each(this.dict[last], from, i)
      from = i
      last = place
    }
    each(this.dict[last], from, this.n)
  }

  /** All values. @returns {Uint32Array} */
  unpack() {
    const all = new Uint32Array(this.n)
    if (this.dict.length > 1 && this.form === 1) {
      const places = this.places()
      for (let i = 0; i < all.length; i++) all[i] = this.dict[places[i]]
    } else {
      this.runs((value, from, to) => all.fill(value, from, to))
    }
    return all
  }

  /** How often each value of the dictionary occurs. @returns {number[]} */
  counts() {
    /** @type {Map<number, number>} */
    const counts = new Map()
    this.runs((value, from, to) => counts.set(value, (counts.get(value) ?? 0) + to - from))
    return Array.from(this.dict, (value) => counts.get(value) ?? 0)
  }
}

/**
 * Packs values.
 * @param {ArrayLike<number>} values @returns {Column}
 */
export function pack(values) {
  const n = values.length
  const dict = Uint32Array.from(new Set(Array.from(values))).sort()
  const d = dict.length
  if (d < 2) return new Column(n, dict, 0, new Uint8Array(0))
  const places = new Map(Array.from(dict, (value, place) => [value, place]))
  const runs = packRuns(values, dict, places)
  const bits = bitsOf(d)
  const size = Math.ceil(n * bits / 8)
  if (runs.length < size) return new Column(n, dict, 0, runs)
  const data = new Uint8Array(size)
  for (let i = 0; i < n; i++) {
    const place = places.get(values[i]) ?? 0
    if (bits < 8) data[i * bits >> 3] |= place << (i * bits & 7)
    else for (let b = 0; b < bits / 8; b++) data[i * bits / 8 + b] = place >>> (8 * b)
  }
  return new Column(n, dict, 1, data)
}

/**
 * @param {ArrayLike<number>} values @param {Uint32Array} dict @param {Map<number, number>} places
 * @returns {Uint8Array}
 */
function packRuns(values, dict, places) {
  const out = []
  for (let from = 0, to = 0; from < values.length; from = to) {
    while (to < values.length && values[to] === values[from]) to++
    if (to === values.length && values[from] === 0) break
    let run = (to - from - 1) * dict.length + (places.get(values[from]) ?? 0)
    for (; run >= 128; run = Math.floor(run / 128)) out.push(run % 128 | 128)
    out.push(run)
  }
  return Uint8Array.from(out)
}

/**
 * Reads a dictionary by dictionary(), then form and data of a column of n values.
 * @param {import('./cbor.js').Reader} r @param {number} n @param {() => ArrayLike<number>} dictionary
 * @returns {Column}
 */
export function readColumn(r, n, dictionary) {
  const at = r.at
  const dict = dictionary()
  const form = r.name(2)
  return new Column(n, dict, form, r.byteString(mostCount)).check(at)
}

/**
 * Reads a dictionary of numbers that ascend, up to max.
 * @param {import('./cbor.js').Reader} r @param {number} count @param {number} max @returns {number[]}
 */
export function readDictionary(r, count, max) {
  const dict = []
  for (let n = r.array(count); n > 0; n--) {
    const at = r.at
    dict.push(r.uint(max))
    if (dict.length > 1 && dict[dict.length - 2] >= dict[dict.length - 1]) r.fail('ErrNotCanonical', at)
  }
  return dict
}

