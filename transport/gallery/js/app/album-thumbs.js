// The thumbnails of an album: those that were seen before, and all others as they stream in,
// each checked.
import { GlimpseError } from '../lib/errors.js'
import { levelOf, withdrawn } from '../lib/label.js'
import { cache } from './album-seen.js'

/** @typedef {import('./album-data.js').Album} Album */

/** How long a stream that brought nothing is not asked for again, in milliseconds, at first. */
const pause = 2000

/** How long thumbnails are kept in one go where a browser does not say when it is idle, in milliseconds. */
const atOnce = 10

/**
 * Until the page has nothing else to do, or two seconds; then what says how long that lasts.
 * @returns {Promise<{timeRemaining: () => number}>}
 */
const idle = () => new Promise((resolve) => {
  const soon = () => {
    const end = performance.now() + atOnce
    resolve({ timeRemaining: () => end - performance.now() })
  }
  'requestIdleCallback' in globalThis ? requestIdleCallback(resolve, { timeout: 2000 }) : setTimeout(soon, 50)
})

export class Thumbs {
  /** Bytes, for to make a Blob of each takes longer than to receive it; copies share theirs. @type {Map<number, Uint8Array<ArrayBuffer>>} */
  #bytes = new Map()
  /** @type {Promise<Cache|null>} */
  #cache = cache()
  /** Items whose thumbnails are not what the author has sealed, and are not asked for again. @type {Set<number>} */
  wrong = new Set()
  /** Items whose thumbnails are to be kept. @type {Set<number>} */
  #unkept = new Set()
  #keeping = false

  /** @param {Album} album */
  constructor(album) {
    this.album = album
  }

  /** Whether the thumbnail of an item is in memory. @param {number} i */
  has(i) {
    return this.#bytes.has(i)
  }

  /** The thumbnail of an item that is in memory; to make a Blob takes a while. @param {number} i @returns {Blob|undefined} */
  made(i) {
    const bytes = this.#bytes.get(i)
    return bytes && new Blob([bytes])
  }

  /** The thumbnail of an item, as soon as it can be had without asking. @param {number} i @returns {Promise<Blob|undefined>} */
  async get(i) {
    return this.made(i) ?? (await (await this.#cache)?.match(this.#url(i)))?.blob()
  }

  /** @param {number} i */
  #url(i) {
    return this.album.station.versionURL(this.album.name, this.album.collection.id(i), 0)
  }

  /** What is here, or will never come. */
  async #held() {
    const { collection } = this.album
    const requests = await (await this.#cache)?.keys() ?? []
    const urls = new Set(requests.map((r) => r.url))
    const held = new Set([...this.#bytes.keys(), ...this.wrong])
    for (let i = 0; i < collection.length; i++) {
      if (levelOf(collection.ranks[i]) === withdrawn || urls.size && urls.has(this.#url(i))) held.add(i)
    }
    return held
  }

  /** Streams in what is missing, again until all is there. @param {AbortSignal} [signal] */
  async stream(signal) {
    for (let wait = pause; !signal?.aborted; wait = Math.min(2 * wait, 60_000)) {
      const held = await this.#held()
      if (held.size >= this.album.collection.length) return
      const before = held.size
      await this.#once(held).catch((err) => this.#note(err, held))
      if (held.size > before) wait = pause
      if (held.size >= this.album.collection.length) return
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  /** @param {Set<number>} held */
  async #once(held) {
    const { album } = this
    for await (const { item, bytes } of album.station.versions(album.collection, 0, [...held])) {
      held.add(item)
      this.#bytes.set(item, /** @type {Uint8Array<ArrayBuffer>} */ (bytes))
      this.#unkept.add(item)
      void this.#keep()
      album.dispatchEvent(new CustomEvent('thumb', { detail: item }))
    }
  }

  /** Keeps what has come, one after the other, while the page has nothing else to do. */
  async #keep() {
    if (this.#keeping) return
    this.#keeping = true
    const kept = await this.#cache
    while (kept && this.#unkept.size) {
      const free = await idle()
      for (const i of this.#unkept) {
        this.#unkept.delete(i)
        await kept.put(this.#url(i), new Response(this.#bytes.get(i))).catch(() => undefined) // no room: it is asked for again
        if (free.timeRemaining() <= 0) break
      }
    }
    this.#keeping = false
  }

  /** Passes over what is false, so that all others come. @param {unknown} err @param {Set<number>} held */
  #note(err, held) {
    if (!(err instanceof GlimpseError && err.is('ErrDigest'))) return
    held.add(err.item)
    this.wrong.add(err.item)
    this.album.dispatchEvent(new Event('wrong'))
  }
}
