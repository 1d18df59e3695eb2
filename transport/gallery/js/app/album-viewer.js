// One item of an album, as large as the screen.
import { actionsOf } from './album-files.js'
import { mayShow } from './file-name.js'
import { dayOf, daysOf, nameOf, sentences, shortly, sortOf } from './album-labels.js'
import { drawn } from './album-preview.js'
import { Screens } from './album-screens.js'
import { wishButton } from './album-wish.js'
import { Zoom } from './album-zoom.js'
import { h, put } from './dom.js'
import { icon } from './icons.js'
import { say } from './words.js'

/** @typedef {import('./album-data.js').Album} Album */

export class Viewer {
  i = -1
  /** Whether the way back leads to the album. */
  #pushed = false
  /** @type {string[]} */
  #urls = []
  /** @type {AbortController|null} */
  #fetching = null
  count = h('p', { class: 'count' })
  picture = h('div', { class: 'picture' })
  stage = h('div', { class: 'stage' }, this.picture)
  info = h('div', { class: 'info' })
  heard = h('p', { class: 'sr', 'aria-live': 'polite' })
  before = button('left', () => this.go(this.i - 1))
  after = button('right', () => this.go(this.i + 1))
  zoom = new Zoom(this.stage, this.picture, { swiped: (way) => way === 'down' ? this.leave() : this.go(this.i + (way === 'left' ? 1 : -1)) })
  dialog = h('dialog', {
    class: 'viewer', 'aria-label': say('view.name'),
    oncancel: (/** @type {Event} */ e) => { e.preventDefault(); this.leave() },
  }, h('header', {}, this.count, button('out', () => this.zoom.by(1 / 1.5)), button('in', () => this.zoom.by(1.5)), button('close', () => this.leave())),
  this.stage, this.before, this.after, this.info, this.heard)

  /** @param {Album} album @param {import('./album-thumbs.js').Thumbs} thumbs @param {import('./album-grid.js').Grid} grid */
  constructor(album, thumbs, grid) {
    this.album = album
    this.thumbs = thumbs
    this.grid = grid
    this.screens = new Screens(album)
    this.days = daysOf(album)
    document.body.append(this.dialog)
    addEventListener('keydown', (e) => this.dialog.open && this.#key(e)) // a click on the picture leaves nothing with the focus
    for (const news of ['labels', 'edition']) album.addEventListener(news, () => this.dialog.open && this.#show())
    album.addEventListener('original', (e) => this.dialog.open && /** @type {CustomEvent} */ (e).detail === this.i && this.#show())
  }

  /** Opens at an item; from is what was clicked, if anything was. @param {number} i @param {HTMLElement|null} from */
  open(i, from) {
    if (from && !this.dialog.open) {
      history.pushState(null, '', this.album.hash(i))
      this.#pushed = true
    }
    if (!this.dialog.open) this.dialog.showModal()
    if (i !== this.i) this.#to(i)
  }

  /** Goes to another item, if there is one. @param {number} i */
  go(i) {
    if (i < 0 || i >= this.album.collection.length || i === this.i) return
    history.replaceState(null, '', this.album.hash(i))
    this.#to(i)
  }

  /** Leaves for the album, as the way back does. */
  leave() {
    if (this.#pushed) return history.back()
    history.replaceState(null, '', location.pathname)
    this.close()
  }

  /** Closes, and has the item in the album focused. */
  close() {
    if (!this.dialog.open) return
    this.#fetching?.abort()
    this.#pushed = false
    this.dialog.close()
    const at = this.i
    this.i = -1
    this.#clear()
    this.grid.reveal(at)?.focus()
  }

  /** @param {number} i */
  #to(i) {
    this.#fetching?.abort()
    this.i = i
    this.zoom.reset()
    this.#clear()
    this.#show()
    put(this.heard, [nameOf(this.album, i) + '.', ...sentences(this.album, i)].join(' '))
    for (const next of [i + 1, i - 1]) if (next >= 0 && next < this.album.collection.length) void this.screens.get(next)
  }

  #clear() {
    put(this.picture)
    this.#urls.splice(0).forEach((url) => URL.revokeObjectURL(url))
  }

  #show() {
    const { album, i } = this
    put(this.count, say('view.count', { i: i + 1, of: album.collection.length }))
    this.before.ariaDisabled = String(i === 0) // with the attribute disabled it would lose the focus
    this.after.ariaDisabled = String(i === album.collection.length - 1)
    this.#inform()
    void this.#paint(i)
  }

  /** What stands below: caption, day, and what may be done, or why not. */
  #inform() {
    const { album, i } = this
    const standing = album.standing(i), [what, ...why] = sentences(album, i)
    const caption = album.captions?.get(i), day = dayOf(this.days, i)
    const fetch = (/** @type {number} */ i) => this.#fetch(i)
    put(this.info,
      caption && h('p', { class: 'caption', dir: 'auto' }, caption), day && h('p', { class: 'day' }, day),
      what && h('div', { class: 'label', 'data-standing': standing, role: 'group', 'aria-label': shortly(standing) },
        icon(/** @type {any} */ (standing)), h('p', {}, h('strong', {}, what), ' ', why.join(' '))),
      standing === 'there' && this.#failed(i),
      h('p', { class: 'acts' }, wishButton(album, i),
        (standing === 'there' || standing === 'unreachable') && h('button', { type: 'button', class: 'original', onclick: () => void this.#fetch(i) },
          say(sortOf(album.collection.mediaType(i)) === 'film' ? 'view.play' : standing === 'there' ? 'view.original' : 'view.again')),
        ...actionsOf(album, i, fetch)))
  }

  /** Why this browser does not have an original that is there, if it has tried. @param {number} i */
  #failed(i) {
    const err = this.album.missing.get(i)
    if (!err?.kind) return null
    const joins = err.kind === 'station' && h('a', { href: '/join' }, say('join.title'))
    return h('p', { class: 'why', role: 'status' }, err.message, ' ', joins)
  }

  /** Puts over the preview what is better, each when it is there. @param {number} i */
  async #paint(i) {
    const { album } = this, type = album.collection.mediaType(i), here = album.originals.get(i)
    if (here && mayShow(type, 'video')) return this.#layer(i, 'film', h('video', { controls: true, src: this.#url(here.blob) }))
    if (!this.picture.firstChild) {
      const preview = drawn(album.previews?.get(i))
      if (preview) this.#layer(i, 'preview', preview)
      else if (sortOf(type) !== 'photo') this.picture.append(icon(/** @type {any} */ (sortOf(type))))
    }
    const thumb = await this.thumbs.get(i)
    if (thumb && !this.picture.querySelector('[data-layer]:not([data-layer=preview])')) await this.#image(i, 'thumb', thumb)
    const blob = await this.screens.get(i)
    if (blob) await this.#image(i, blob === here?.blob ? 'original' : 'screen', blob)
  }

  /** @param {number} i @param {string} layer @param {Blob} blob */
  async #image(i, layer, blob) {
    if (i !== this.i || this.picture.querySelector(`[data-layer=${layer}]`)) return
    const img = h('img', { alt: nameOf(this.album, i), src: this.#url(blob), draggable: 'false' })
    try {
      await img.decode()
    } catch {
      return // no picture that a browser knows
    }
    this.#layer(i, layer, img)
  }

  /** @param {number} i @param {string} layer @param {HTMLElement} e */
  #layer(i, layer, e) {
    if (i !== this.i) return
    e.dataset.layer = layer
    put(this.picture, e)
  }

  /** @param {Blob} blob */
  #url(blob) {
    const url = URL.createObjectURL(blob)
    this.#urls.push(url)
    return url
  }

  /** The original of an item, with what has come of it on the screen. @param {number} i @returns {Promise<Blob|null>} */
  async #fetch(i) {
    const here = this.album.originals.get(i)
    if (here) return here.blob
    this.#fetching?.abort()
    const fetching = this.#fetching = new AbortController()
    const bar = h('progress', { max: 1, 'aria-label': say('view.coming') })
    const row = h('p', { class: 'coming' }, bar, h('button', { type: 'button', onclick: () => fetching.abort() }, say('view.cancel')))
    this.info.append(row)
    try {
      const onProgress = (/** @type {number} */ done, /** @type {number} */ size) => { bar.value = size ? done / size : 1 }
      return (await this.album.fetchOriginal(i, { signal: fetching.signal, onProgress })).blob
    } catch {
      return null // the album says why
    } finally {
      row.remove()
    }
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.altKey || e.ctrlKey || e.metaKey || e.target instanceof HTMLVideoElement) return
    const last = this.album.collection.length - 1
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.go(this.i - 1), ArrowRight: () => this.go(this.i + 1), Home: () => this.go(0), End: () => this.go(last),
      Escape: () => this.leave(), '+': () => this.zoom.by(1.5), '=': () => this.zoom.by(1.5), '-': () => this.zoom.by(1 / 1.5), 0: () => this.zoom.reset(),
    }
    if (!(e.target instanceof Element && e.target.closest('a, button'))) keys.Enter = () => this.zoom.toggle()
    const act = keys[e.key]
    if (!act) return
    e.preventDefault()
    act()
  }
}

/** @param {'close'|'left'|'right'|'in'|'out'} name @param {() => void} onclick */
const button = (name, onclick) => h('button', { type: 'button', class: name, 'aria-label': say('view.' + name), onclick }, icon(name))
