// Originals, from the station that the page is of: a home serves them, a hub has none.
import { GlimpseError } from '../lib/errors.js'

/**
 * Fetches the complete version of an item, each block checked as it comes.
 * @param {import('./album-data.js').Album} album @param {number} i
 * @param {{signal?: AbortSignal, onProgress?: (done: number, size: number) => void}} [options]
 * @returns {Promise<{blob: Blob, from: string}>}
 */
export async function original(album, i, { signal, onProgress } = {}) {
  if (album.refusal(i, 'fetch')) throw new GlimpseError('ErrPending')
  const { size, bytes } = await album.station.original(album.collection, i)
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const pieces = []
  let done = 0
  for await (const piece of bytes) {
    signal?.throwIfAborted()
    pieces.push(/** @type {Uint8Array<ArrayBuffer>} */ (piece))
    onProgress?.(done += piece.length, size)
  }
  return { blob: new Blob(pieces, { type: album.collection.mediaType(i) }), from: album.station.base }
}
