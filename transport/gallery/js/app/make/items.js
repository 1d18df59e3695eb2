// The items of an album that is being made, in their order.
import { captionOf } from './kind.js'

/** @typedef {import('./worker.js').Made} Made */

/**
 * Item is a file on its way into an album. What is in an album already has no file.
 * @typedef {object} Item
 * @property {Uint8Array} id
 * @property {string} name
 * @property {string} caption
 * @property {File} [file]
 * @property {Made} [made]
 * @property {unknown} [failed] why nothing was made of it
 */

/** Items are those of an album, each once, with what makes them. */
export class Items extends EventTarget {
  /** @type {Item[]} */
  all = []
  /** People have put them into an order of their own. */
  moved = false
  #stop = new AbortController()
  /** @type {Map<Item, AbortController>} */
  #making = new Map()

  /** @param {import('./maker.js').Maker} maker */
  constructor(maker) {
    super()
    this.maker = maker
  }

  /** Those of which all is made. */
  get ready() {
    return this.all.filter((item) => item.made)
  }

  get busy() {
    return this.#making.size > 0
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      const item = { id: crypto.getRandomValues(new Uint8Array(16)), name: file.name, caption: captionOf(file.name), file }
      this.all.push(item)
      this.#tell('added', item)
      void this.make(item)
    }
  }

  /** Makes what is to be shared of an item, also once more. @param {Item} item */
  async make(item) {
    const { file } = item
    if (!file || this.#making.has(item)) return
    const stop = new AbortController()
    this.#making.set(item, stop)
    item.failed = undefined
    this.#tell('changed', item)
    try {
      const signal = AbortSignal.any([stop.signal, this.#stop.signal])
      item.made = await this.maker.make(file, signal, (part) => this.#tell('progress', item, part))
      if (!this.moved) this.#sort(item)
    } catch (err) {
      item.failed = err
    }
    this.#making.delete(item)
    this.#tell('changed', item)
  }

  /** @param {Item} item */
  remove(item) {
    this.#making.get(item)?.abort()
    this.all.splice(this.all.indexOf(item), 1)
    this.#tell('removed', item)
  }

  /** Stops all that is being made; what is made stays. */
  cancel() {
    this.#stop.abort(new DOMException('stopped', 'AbortError'))
    this.#stop = new AbortController()
  }

  /** @param {Item} item @param {number} to its place */
  move(item, to) {
    this.moved = true
    this.#place(item, Math.max(0, Math.min(this.all.length - 1, to)))
  }

  /** @param {Item} item @param {number} to */
  #place(item, to) {
    this.all.splice(this.all.indexOf(item), 1)
    this.all.splice(to, 0, item)
    this.#tell('moved', item)
  }

  /** Puts an item where it was taken among the others. @param {Item} item */
  #sort(item) {
    const others = this.all.filter((other) => other !== item)
    const after = others.findIndex((other) => other.made && later(other, item))
    this.#place(item, after < 0 ? others.length : after)
  }

  /** @param {string} type @param {Item} item @param {number} [part] */
  #tell(type, item, part) {
    this.dispatchEvent(new CustomEvent(type, { detail: { item, part } }))
  }
}

/** @param {Item} a @param {Item} b */
const later = (a, b) => (a.made?.taken ?? 0) - (b.made?.taken ?? 0) > 0 || a.made?.taken === b.made?.taken && a.name > b.name
