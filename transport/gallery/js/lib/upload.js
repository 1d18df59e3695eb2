// What an author uploads: see "upload" and "push" in transport.cddl.
import { concat } from './bytes.js'
import { ARRAY, BYTES, encode, head } from './cbor.js'

/**
 * A version that is to come, or what is left of it after an offset.
 * @typedef {{item: number, version: number, offset?: number, data: Blob|Uint8Array}} Piece
 */

/**
 * The body of an upload; files are read while it is sent. The seal at its end is the author's, or
 * none where it was sent before, or comes later.
 * @param {Iterable<Piece>} pieces @param {import('./said.js').Seal} [seal] @returns {Blob}
 */
export function uploadBody(pieces, seal = { issued: 0, bytes: new Uint8Array(0) }) {
  const parts = []
  for (const { item, version, offset = 0, data } of pieces) {
    const size = data instanceof Blob ? data.size : data.length
    parts.push(concat([head(ARRAY, 4), encode(item), encode(version), encode(offset), head(BYTES, size)]), data)
  }
  return new Blob(/** @type {BlobPart[]} */ ([...parts, encode([seal.issued, seal.bytes])]))
}
