// Streams of versions: see "upload" and "originals" in transport.cddl.
import { concat } from './bytes.js'
import { ARRAY, BYTES, Reader, UINT } from './cbor.js'
import { GlimpseError } from './errors.js'

/** The greatest length of a seal in an upload. */
const mostSeal = 4096

/** @typedef {ReadableStream<Uint8Array>|null} Stream */

/** ByteStream reads a stream in pieces. */
export class ByteStream {
  #left = new Uint8Array(0)
  #reader

  /** @param {Stream} stream null = nothing */
  constructor(stream) {
    this.#reader = (stream ?? new Blob([]).stream()).getReader()
    /** What is left of the byte string that is being read. */
    this.rest = 0
  }

  /** Waits for n bytes; whether they came. @param {number} n */
  async #fill(n) {
    while (this.#left.length < n) {
      const { done, value } = await this.#reader.read().catch(broken)
      if (done) return false
      this.#left = /** @type {Uint8Array<ArrayBuffer>} */ (this.#left.length ? concat([this.#left, value]) : value)
    }
    return true
  }

  async ended() {
    return !await this.#fill(1)
  }

  /** Reads a head, and waits for no more; see Reader.head. @param {number} major @returns {Promise<number>} */
  async head(major) {
    const info = await this.ended() ? 0 : this.#left[0] & 31
    if (info > 23 && info < 28) await this.#fill(1 + (1 << info - 24))
    const r = new Reader(this.#left)
    const n = r.head(major)
    if (n > Number.MAX_SAFE_INTEGER) r.fail('ErrType')
    this.#left = this.#left.subarray(r.at)
    return n
  }

  /** The next piece of the byte string that is being read. @returns {Promise<Uint8Array>} */
  async piece() {
    if (await this.ended()) throw new GlimpseError('ErrTruncated')
    const piece = this.#left.subarray(0, this.rest)
    this.#left = this.#left.subarray(piece.length)
    this.rest -= piece.length
    return piece
  }

  /** The byte string that is being read, as it comes; once. @returns {AsyncGenerator<Uint8Array, void>} */
  async *pieces() {
    while (this.rest) yield this.piece()
  }

  /** A byte string of at most max bytes. @param {number} max @returns {Promise<Uint8Array>} */
  async byteString(max) {
    this.rest = await this.head(BYTES)
    return this.rest > max ? tooLong() : together(this.pieces())
  }

  /** All that comes, as it comes. @returns {AsyncGenerator<Uint8Array, void>} */
  async *everything() {
    for (this.rest = Infinity; !await this.ended();) yield this.piece()
  }

  /** All that comes, if it is at most max bytes. @param {number} max @returns {Promise<Uint8Array>} */
  async all(max) {
    const all = []
    let size = 0
    for await (const piece of this.everything()) {
      if ((size += piece.length) > max) tooLong()
      all.push(piece)
    }
    return concat(all)
  }

  /** The next n bytes. @param {number} n @returns {Promise<Uint8Array>} */
  async next(n) {
    this.rest = n
    return together(this.pieces())
  }

  /** Reads no more. */
  async close() {
    await this.#reader.cancel().catch(() => undefined)
  }
}

/** @param {unknown} err @returns {never} */
function broken(err) {
  throw err instanceof TypeError ? new GlimpseError('ErrUnreachable', undefined, err.message) : err
}

/** @returns {never} */
function tooLong() {
  throw new GlimpseError('ErrTooLarge', undefined, 'message')
}

/** @param {AsyncIterable<Uint8Array>} pieces @returns {Promise<Uint8Array>} */
export async function together(pieces) {
  const all = []
  for await (const piece of pieces) all.push(piece)
  return all.length === 1 ? all[0] : concat(all)
}

/**
 * Frame is a version as it comes. Its data is read before the next frame, or passed over.
 * @typedef {{item: number, version: number, offset: number, size: number, data: AsyncGenerator<Uint8Array, void>}} Frame
 */

/**
 * Reads an upload, and returns the seal at its end; throws ErrMalformed, ErrTruncated where it
 * breaks off.
 * @param {ByteStream} s @returns {AsyncGenerator<Frame, {issued: number, bytes: Uint8Array}>}
 */
export async function* readUpload(s) {
  try {
    for (;;) {
      const n = await s.head(ARRAY)
      if (n === 2) return await readEnd(s)
      if (n !== 4) malformed()
      const item = await s.head(UINT), version = await s.head(UINT), offset = await s.head(UINT)
      const size = s.rest = await s.head(BYTES)
      if (item >= 2 ** 31 || version > 13 || offset + size > Number.MAX_SAFE_INTEGER) malformed()
      yield { item, version, offset, size, data: s.pieces() }
      while (s.rest) await s.piece()
    }
  } finally {
    await s.close()
  }
}

/** @param {ByteStream} s */
async function readEnd(s) {
  const issued = await s.head(UINT), bytes = await s.byteString(mostSeal)
  if (!await s.ended()) throw new GlimpseError('ErrTrailing')
  return { issued, bytes }
}

/**
 * Reads complete versions as they come, each as a range with proof: what a RangeReader takes.
 * The size is as the sender claims. Errors are as those of readUpload.
 * @param {ByteStream} s @returns {AsyncGenerator<{item: number, size: number, data: AsyncGenerator<Uint8Array, void>}, void>}
 */
export async function* readOriginals(s) {
  try {
    while (!await s.ended()) {
      if (await s.head(ARRAY) !== 3) malformed()
      const item = await s.head(UINT), size = await s.head(UINT)
      s.rest = await s.head(BYTES)
      if (item >= 2 ** 31) malformed()
      yield { item, size, data: s.pieces() }
      while (s.rest) await s.piece()
    }
  } finally {
    await s.close()
  }
}

/** @returns {never} */
function malformed() {
  throw new GlimpseError('ErrMalformed', undefined, 'frame')
}
