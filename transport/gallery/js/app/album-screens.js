// The pictures of the viewer: the best of an item that there is, the last few kept.
import { GlimpseError } from '../lib/errors.js'
import { mayShow } from './file-name.js'

/** @typedef {import('./album-data.js').Album} Album */

const kept = 9

export class Screens {
  /** @type {Map<number, Promise<Blob|null>>} */
  #blobs = new Map()

  /** @param {Album} album */
  constructor(album) {
    this.album = album
    album.addEventListener('edition', () => this.#blobs.clear())
    album.addEventListener('labels', () => this.#blobs.clear())
  }

  /** The best picture of an item but its thumbnail; null = there is none. @param {number} i */
  get(i) {
    const original = this.album.originals.get(i)
    if (original && mayShow(this.album.collection.mediaType(i), 'image')) return Promise.resolve(original.blob)
    const blob = this.#blobs.get(i) ?? this.#fetch(i).catch((err) => {
      this.#blobs.delete(i)
      if (!(err instanceof GlimpseError)) throw err
      return null
    })
    this.#blobs.delete(i)
    this.#blobs.set(i, blob)
    for (const old of this.#blobs.keys()) if (this.#blobs.size > kept) this.#blobs.delete(old)
    return blob
  }

  /** @param {number} i @returns {Promise<Blob|null>} */
  async #fetch(i) {
    for (let v = this.album.last - 1; v > 0; v--) {
      if (this.album.refusal(i, 'view', v)) continue
      try {
        return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (await this.album.station.version(this.album.collection, i, v))])
      } catch (err) {
        if (!(err instanceof GlimpseError && (err.is('ErrNotFound') || err.is('ErrPending')))) throw err
      }
    }
    return null
  }
}
