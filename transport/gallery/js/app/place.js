// Where an original is kept while it comes, and afterwards: in the browser's own files (OPFS), or,
// where there are none, in blobs, which browsers keep out of memory when they are large.
import { hex } from '../lib/bytes.js'

/**
 * Place keeps the verified bytes of one original, from its beginning on.
 * @typedef {object} Place
 * @property {number} done how many there are
 * @property {number} size of the whole, as the source claims by which they came
 * @property {() => Promise<Blob|null>} whole if it is complete
 * @property {(size: number) => Promise<void>} begin goes on; with another size than before from nothing
 * @property {(bytes: Uint8Array) => Promise<void>} write
 * @property {() => Promise<void>} pause keeps what there is
 * @property {() => Promise<Blob>} finish
 */

/** Bytes that are gathered before they become part of a blob. */
const piece = 4 << 20

/** What pages may show of foreign files by itself: nothing that can hold scripts. */
const shown = /^(image\/(?!svg)|video\/|audio\/)[\w.+-]+$/

/** @param {string} type */
const safe = (type) => shown.test(type) ? type : 'application/octet-stream'

/**
 * The place of the original with a digest; without one nothing is kept between calls.
 * @param {Uint8Array|null} digest @param {string} type its media type @returns {Promise<Place>}
 */
export async function place(digest, type) {
  const folder = digest && await files()
  return folder ? new InFile(folder, hex(digest), safe(type)) .opened() : new InBlob(safe(type))
}

/** The folder of originals, null if this browser has none. @returns {Promise<FileSystemDirectoryHandle|null>} */
async function files() {
  try {
    if (!('createWritable' in FileSystemFileHandle.prototype)) return null
    return await (await navigator.storage.getDirectory()).getDirectoryHandle('originals', { create: true })
  } catch {
    return null // as in private windows of some browsers
  }
}

/** Removes all originals that are kept. */
export async function removeOriginals() {
  const root = await navigator.storage.getDirectory().catch(() => null)
  await root?.removeEntry('originals', { recursive: true }).catch(() => undefined)
}

/** @implements {Place} */
class InFile {
  done = 0
  size = 0
  /** @type {FileSystemWritableFileStream|null} */
  #to = null

  /** @param {FileSystemDirectoryHandle} folder @param {string} name @param {string} type */
  constructor(folder, name, type) {
    this.folder = folder
    this.name = name
    this.type = type
  }

  /** Finds what is there: the file of a part has the size of the whole in its name. */
  async opened() {
    for await (const name of /** @type {any} */ (this.folder).keys()) {
      if (!name.startsWith(this.name + '.')) continue
      this.size = Number(name.slice(this.name.length + 1))
      this.done = (await (await this.#file()).getFile()).size
    }
    return this
  }

  #file(size = this.size) {
    return this.folder.getFileHandle(this.name + '.' + size, { create: true })
  }

  async whole() {
    const known = this.done > 0 && this.done === this.size
    return known ? this.finish() : null
  }

  /** @param {number} size */
  async begin(size) {
    if (size !== this.size && this.done) {
      await this.folder.removeEntry(this.name + '.' + this.size).catch(() => undefined)
      this.done = 0
    }
    this.size = size
    if (!size) return
    await this.#makeRoom(size - this.done)
    this.#to = await (await this.#file()).createWritable({ keepExistingData: true })
    await this.#to.seek(this.done)
  }

  /** Removes other originals where there is not enough room beside them. @param {number} bytes */
  async #makeRoom(bytes) {
    const { quota = Infinity, usage = 0 } = await navigator.storage.estimate()
    if (quota - usage > bytes) return
    for await (const name of /** @type {any} */ (this.folder).keys()) {
      if (!name.startsWith(this.name + '.')) await this.folder.removeEntry(name).catch(() => undefined)
    }
  }

  /** @param {Uint8Array} bytes */
  async write(bytes) {
    await this.#to?.write(/** @type {Uint8Array<ArrayBuffer>} */ (bytes))
    this.done += bytes.length
  }

  async pause() {
    const to = this.#to
    this.#to = null
    await to?.close()
  }

  async finish() {
    if (!this.size) return new Blob([], { type: this.type })
    const file = await (await this.#file()).getFile()
    return file.slice(0, file.size, this.type)
  }
}

/** @implements {Place} */
class InBlob {
  done = 0
  size = 0
  #blob = new Blob([])
  /** @type {Uint8Array[]} */
  #parts = []
  #gathered = 0

  /** @param {string} type */
  constructor(type) {
    this.type = type
  }

  async whole() {
    return null
  }

  /** @param {number} size */
  async begin(size) {
    if (size !== this.size) {
      this.#blob = new Blob([])
      this.done = 0
    }
    this.size = size
  }

  /** @param {Uint8Array} bytes */
  async write(bytes) {
    this.#parts.push(bytes)
    this.done += bytes.length
    if ((this.#gathered += bytes.length) >= piece) await this.pause()
  }

  async pause() {
    this.#blob = new Blob(/** @type {BlobPart[]} */ ([this.#blob, ...this.#parts]))
    this.#parts = []
    this.#gathered = 0
  }

  async finish() {
    return this.#blob.slice(0, this.done, this.type)
  }
}
