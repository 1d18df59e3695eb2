// Deterministic CBOR (RFC 8949, section 4.2.1): all that the formats use of it, and no more.
import { concat, utf8 } from './bytes.js'
import { GlimpseError } from './errors.js'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The major types. */
export const UINT = 0, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, TAG = 6

/**
 * Reader reads one item after the other, refuses what is not deterministic, and allocates
 * nothing that the input does not hold.
 */
export class Reader {
  /** @param {Uint8Array} bytes @param {number} [at] @param {number} [end] */
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /**
   * @param {import('./errors.js').Code} code @param {number} [at] @param {string} [what]
   * @returns {never}
   */
  fail(code, at = this.at, what) {
    throw new GlimpseError(code, at, what)
  }

  /**
   * Reads a head and returns its argument, which above 2^53 is only near it.
   * @param {number} major @returns {number}
   */
  head(major) {
    const at = this.at
    if (at >= this.end) this.fail('ErrTruncated')
    const first = this.bytes[at]
    if (first >> 5 !== major) this.fail('ErrType')
    const info = first & 31
    this.at++
    if (info < 24) return info
    if (info > 27) this.fail('ErrNotCanonical', at)
    const size = 1 << (info - 24)
    if (this.end - this.at < size) this.fail('ErrTruncated', at)
    let n = 0
    for (let i = 0; i < size; i++) n = n * 256 + this.bytes[this.at++]
    if (n < (size === 1 ? 24 : 2 ** (4 * size))) this.fail('ErrNotCanonical', at)
    return n
  }

  /** The major type of what comes next, -1 at the end. */
  next() {
    return this.at < this.end ? this.bytes[this.at] >> 5 : -1
  }

  /** @param {number} max @returns {number} */
  uint(max) {
    const at = this.at
    const n = this.head(UINT)
    if (n > max) this.fail('ErrLimit', at)
    return n
  }

  /**
   * A number that names something, below a count.
   * @param {number} count @returns {number}
   */
  name(count) {
    const at = this.at
    const n = this.head(UINT)
    if (n >= count) this.fail('ErrType', at)
    return n
  }

  /**
   * A number of up to 64 bits.
   * @param {bigint} [max] @returns {bigint}
   */
  big(max = 2n ** 63n - 1n) {
    const at = this.at
    let n = BigInt(this.head(UINT))
    if (n >= 2n ** 53n) {
      n = 0n
      for (const b of this.bytes.subarray(this.at - 8, this.at)) n = n << 8n | BigInt(b)
    }
    if (n > max) this.fail('ErrLimit', at)
    return n
  }

  /** Moves past the n bytes of a string. @param {number} n @param {number} at */
  take(n, at) {
    if (n > this.end - this.at) this.fail('ErrTruncated', at)
    this.at += n
    return this.bytes.subarray(this.at - n, this.at)
  }

  /**
   * A byte string of at most max bytes; it is a part of the input.
   * @param {number} max @returns {Uint8Array}
   */
  byteString(max) {
    const at = this.at
    const n = this.head(BYTES)
    if (n > max) this.fail('ErrLimit', at)
    return this.take(n, at)
  }

  /** A byte string of one length. @param {number} n @returns {Uint8Array} */
  fixed(n) {
    const at = this.at
    if (this.head(BYTES) !== n) this.fail('ErrLength', at)
    return this.take(n, at)
  }

  /** A value of n bytes that is not zeros. @param {number} n @returns {Uint8Array} */
  id(n) {
    const at = this.at
    const b = this.fixed(n)
    if (b.every((x) => x === 0)) this.fail('ErrZero', at)
    return b
  }

  /** A text of at most max bytes, as its bytes, which are UTF-8. @param {number} max @returns {Uint8Array} */
  textBytes(max) {
    const at = this.at
    const n = this.head(TEXT)
    if (n > max) this.fail('ErrLimit', at)
    const b = this.take(n, at)
    text(b, at)
    return b
  }

  /** @param {number} max in bytes @returns {string} */
  text(max) {
    const at = this.at
    const n = this.head(TEXT)
    if (n > max) this.fail('ErrLimit', at)
    return text(this.take(n, at), at)
  }

  /** How many items an array has, at most max, and no more than there are bytes. @param {number} max */
  array(max) {
    return this.count(ARRAY, max, 1)
  }

  /** How many pairs a map has, at most max. @param {number} max */
  map(max) {
    return this.count(MAP, max, 2)
  }

  /** @param {number} major @param {number} max @param {number} size */
  count(major, max, size) {
    const at = this.at
    const n = this.head(major)
    if (n > max) this.fail('ErrLimit', at)
    if (n * size > this.end - this.at) this.fail('ErrTruncated', at)
    return n
  }

  /** The head of an array of n items. @param {number} n */
  exactly(n) {
    const at = this.at
    if (this.head(ARRAY) !== n) this.fail('ErrLength', at)
  }

  /**
   * Reads a map whose keys are numbers from first to last, and calls field for each.
   * @param {number} first @param {number} last @param {(key: number, at: number) => void} field
   */
  fields(first, last, field) {
    const at = this.at
    const n = this.head(MAP)
    if (n > last - first + 1) this.fail('ErrLimit', at)
    for (let i = 0, before = first - 1; i < n; i++) {
      const at = this.at
      const key = this.head(UINT)
      if (key < first || key > last) this.fail('ErrType', at)
      if (key <= before) this.fail('ErrNotCanonical', at)
      before = key
      field(key, this.at)
    }
  }

  /**
   * Moves past one item, whatever it is, and returns its encoding.
   * @returns {Uint8Array}
   */
  skip() {
    const from = this.at
    for (let left = 1; left > 0; left--) {
      const at = this.at
      const major = this.next()
      const n = this.head(major < 0 || major === 7 ? UINT : major)
      if (major === BYTES || major === TEXT) this.take(n, at)
      if (major === ARRAY) left += n
      if (major === MAP) left += 2 * n
      if (major === TAG) left++
    }
    return this.bytes.subarray(from, this.at)
  }

  /** What the bytes of a byte string encode. @param {number} [max] @returns {Reader} */
  within(max = Infinity) {
    const b = this.byteString(max)
    return new Reader(this.bytes, this.at - b.length, this.at)
  }

  /** Refuses what goes on. */
  done() {
    if (this.at < this.end) this.fail('ErrTrailing')
  }
}

/** @param {Uint8Array} b @param {number} at where it stands, for the refusal @returns {string} */
export function text(b, at) {
  try {
    return decoder.decode(b)
  } catch {
    throw new GlimpseError('ErrUTF8', at)
  }
}

/** @param {number} major @param {number|bigint} n @returns {Uint8Array} */
export function head(major, n) {
  const top = major << 5
  if (n < 24) return Uint8Array.of(top | Number(n))
  if (n < 0x100) return Uint8Array.of(top | 24, Number(n))
  const size = n < 0x10000 ? 2 : n < 0x100000000 ? 4 : 8
  const b = new Uint8Array(1 + size)
  b[0] = top | (size === 2 ? 25 : size === 4 ? 26 : 27)
  for (let i = size, rest = BigInt(n); i > 0; i--, rest >>= 8n) b[i] = Number(rest & 255n)
  return b
}

/** Raw is an encoding that stands as it is. */
export class Raw {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes
  }
}

/**
 * Encodes numbers, texts, bytes, arrays, maps of numbers or texts in their order, null and Raw.
 * @param {unknown} v @returns {Uint8Array}
 */
export function encode(v) {
  if (typeof v === 'number' || typeof v === 'bigint') return v < 0 ? head(1, -1n - BigInt(v)) : head(UINT, v)
  if (typeof v === 'string') return string(TEXT, utf8(v))
  if (v instanceof Uint8Array) return string(BYTES, v)
  if (v instanceof Raw) return v.bytes
  if (Array.isArray(v)) return concat([head(ARRAY, v.length), ...v.map(encode)])
  if (v instanceof Map) {
    return concat([head(MAP, v.size), ...[...v].flatMap(([key, value]) => [encode(key), encode(value)])])
  }
  if (v === null) return Uint8Array.of(0xf6)
  throw new TypeError('no encoding for ' + typeof v)
}

/** @param {number} major @param {Uint8Array} b */
const string = (major, b) => concat([head(major, b.length), b])

/** A string of bytes that are UTF-8 as a text. @param {Uint8Array} b */
export const textOf = (b) => new Raw(string(TEXT, b))
