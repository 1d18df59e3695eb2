// The grid of an album: of its rows only those are there that are near the screen.
import { find, h, put } from './dom.js'
import { daysOf, marked, nameOf, sentences, shortly, sortOf } from './album-labels.js'
import { justify, placesIn, rowAt } from './album-layout.js'
import { colourOf, drawn, ratioOf } from './album-preview.js'
import { icon } from './icons.js'

/** @typedef {import('./album-data.js').Album} Album */

/** How long previews may be drawn, and thumbnails shown, in a frame, each in milliseconds. */
const budget = 6

export class Grid {
  /** @type {Map<number, HTMLElement>} */
  #tiles = new Map()
  /** @type {Set<number>} items whose previews are to be drawn */
  #undrawn = new Set()
  /** @type {Map<number, Blob|undefined>} thumbnails that are to be shown; undefined: of those in memory */
  #unshown = new Map()
  #framed = 0
  #scrolled = false
  #scrolledAt = -Infinity
  /** @type {number[]} */
  #ratios = []
  /** @type {ReturnType<typeof justify>} */
  #layout = { rows: [], headings: [], height: 0 }
  width = 0
  gap = 8

  /**
   * @param {Album} album @param {import('./album-thumbs.js').Thumbs} thumbs
   * @param {{open: (i: number, at: HTMLElement) => void, tip: (i: number, at: HTMLElement, pinned: boolean) => void, leave: () => void}} on
   */
  constructor(album, thumbs, on) {
    this.album = album
    this.thumbs = thumbs
    this.on = on
    this.list = find('.grid')
    /** What the server has drawn. */
    this.served = new Map([...this.list.querySelectorAll('img')].map((img, i) => [i, img]))
    addEventListener('scroll', () => this.#soon(), { passive: true })
    new ResizeObserver(() => this.layout()).observe(/** @type {Element} */ (this.list.parentElement))
    album.addEventListener('edition', () => this.layout(true))
    album.addEventListener('labels', () => this.relabel())
    album.addEventListener('thumb', (e) => this.#picture(/** @type {CustomEvent} */ (e).detail))
    album.addEventListener('original', (e) => this.relabel(/** @type {CustomEvent} */ (e).detail))
  }

  /** Places all items anew. @param {boolean} [all] also where nothing but the contents changed */
  layout(all = false) {
    const { collection, previews } = this.album
    const width = this.list.clientWidth
    if (!all && width === this.width) return
    this.width = width
    this.gap = width < 600 ? 4 : 8
    if (all || !this.#ratios.length) this.#ratios = Array.from({ length: collection.length }, (_, i) => ratioOf(previews?.get(i)))
    const height = Math.max(120, Math.min(260, width / (width < 600 ? 2.6 : 5)))
    this.#layout = justify(this.#ratios, { width, height, gap: this.gap, heading: 64 }, daysOf(this.album))
    this.list.classList.add('placed')
    this.list.style.height = this.#layout.height + 'px'
    const focused = [...this.#tiles].find(([, tile]) => tile.contains(document.activeElement))?.[0] ?? -1
    this.#tiles.forEach(drop)
    this.#tiles.clear()
    put(this.list, ...this.#layout.headings.map(({ top, text }) => {
      const li = h('li', { class: 'day' }, h('h2', {}, text))
      li.style.transform = `translateY(${top}px)`
      return li
    }))
    this.show()
    this.#tiles.get(focused)?.querySelector('a')?.focus({ preventScroll: true })
  }

  /** Whether the page was scrolled just now, when nothing need fade in. */
  get #scrolls() {
    return performance.now() - this.#scrolledAt < 500
  }

  #soon() {
    this.#scrolledAt = performance.now()
    this.#scrolled = true
    this.#frame()
  }

  /** Has the tiles near the screen there, and no others. */
  show() {
    const { rows } = this.#layout
    const top = -this.list.getBoundingClientRect().top, screen = innerHeight
    const first = rowAt(rows, top - screen / 2), bottom = top + 1.5 * screen
    const wanted = new Set()
    for (let r = first; r < rows.length && rows[r].top < bottom; r++) {
      const places = placesIn(this.#ratios, rows[r], this.gap)
      for (let i = rows[r].from; i < rows[r].to; i++) {
        wanted.add(i)
        if (!this.#tiles.has(i)) this.#add(i, rows[r], places[i - rows[r].from])
      }
    }
    for (const [i, tile] of this.#tiles) {
      if (wanted.has(i) || tile.contains(document.activeElement)) continue
      drop(tile)
      this.#tiles.delete(i)
      this.#undrawn.delete(i)
      this.#unshown.delete(i)
    }
    this.#frame()
  }

  /** @param {number} i @param {import('./album-layout.js').Row} row @param {{left: number, width: number}} place */
  #add(i, row, place) {
    const tile = this.#tile(i)
    tile.style.transform = `translate(${place.left}px, ${row.top}px)`
    tile.style.width = place.width + 'px'
    tile.style.height = row.height + 'px'
    this.#tiles.set(i, tile)
    let after = Infinity
    for (const k of this.#tiles.keys()) if (k > i && k < after) after = k
    this.list.insertBefore(tile, this.#tiles.get(after) ?? null)
    this.label(i)
    void this.#picture(i)
  }

  /** @param {number} i */
  #tile(i) {
    const { album } = this
    const sort = sortOf(album.collection.mediaType(i)), caption = album.captions?.get(i)
    const link = h('a', { href: album.hash(i), onclick: (/** @type {MouseEvent} */ e) => {
      if (e.metaKey || e.ctrlKey || e.shiftKey) return
      e.preventDefault()
      this.on.open(i, link)
    } })
    link.style.backgroundColor = colourOf(album.previews?.get(i))
    const served = this.served.get(i)
    if (served?.hasAttribute('src')) link.append(served)
    else if (!this.thumbs.has(i)) this.#undrawn.add(i)
    if (sort !== 'photo') link.append(h('span', { class: 'sort' }, icon(sort)))
    if (caption) link.append(h('span', { class: 'caption', 'aria-hidden': 'true', dir: 'auto' }, caption))
    return h('li', { class: 'tile', 'data-i': i, 'aria-setsize': album.collection.length, 'aria-posinset': i + 1 }, link)
  }

  /** Has the next frame do what there is to do: first what reads where the page is, or it is laid out twice. */
  #frame() {
    this.#framed ||= requestAnimationFrame(() => {
      this.#framed = 0
      if (this.#scrolled) this.show()
      this.#scrolled = false
      this.#draw()
      if (this.#undrawn.size || this.#unshown.size) this.#frame()
    })
  }

  /** Draws previews, and shows thumbnails, for as long as a frame has time. */
  #draw() {
    inTime(this.#undrawn, (i) => {
      const canvas = drawn(this.album.previews?.get(i))
      if (canvas) this.#tiles.get(i)?.firstElementChild?.prepend(canvas)
      this.#undrawn.delete(i)
    })
    inTime(this.#unshown, ([i, kept]) => {
      this.#unshown.delete(i)
      const blob = kept ?? this.thumbs.made(i)
      if (blob) this.#thumb(i, blob)
    })
  }

  /** Has the thumbnail of an item shown over its preview, if it is here. @param {number} i */
  async #picture(i) {
    const due = () => this.#tiles.get(i)?.querySelector('.thumb') === null
    if (!due()) return
    const kept = this.thumbs.has(i) ? undefined : await this.thumbs.get(i)
    if (!due() || !kept && !this.thumbs.has(i)) return
    this.#unshown.set(i, kept)
    this.#frame()
  }

  /** @param {number} i @param {Blob} blob */
  #thumb(i, blob) {
    const tile = this.#tiles.get(i)
    if (!tile || tile.querySelector('.thumb')) return
    const url = URL.createObjectURL(blob)
    const img = h('img', { class: this.#scrolls ? 'thumb in' : 'thumb', alt: '', decoding: 'async', draggable: 'false', src: url })
    img.onload = () => {
      img.classList.add('in')
      this.#undrawn.delete(i)
    }
    img.onerror = () => { // no picture that a browser knows: its preview stays
      img.remove()
      if (tile.isConnected && !tile.querySelector('a > canvas, a > img')) this.#undrawn.add(i)
      this.#frame()
    }
    const preview = tile.querySelector('a > img:not(.thumb), a > canvas')
    if (preview) preview.after(img)
    else tile.querySelector('a')?.prepend(img)
  }

  /** @param {number} [only] */
  relabel(only) {
    for (const i of only === undefined ? this.#tiles.keys() : [only]) this.label(i)
  }

  /** Has the icon of an item as its label is. @param {number} i */
  label(i) {
    const tile = this.#tiles.get(i)
    if (!tile) return
    const standing = this.album.standing(i)
    if (tile.dataset.standing === standing) return
    tile.dataset.standing = standing
    const old = tile.querySelector('.mark'), focused = old?.contains(document.activeElement)
    old?.remove()
    tile.querySelector('.sr')?.remove()
    const text = sentences(this.album, i).join(' ')
    const link = /** @type {HTMLElement} */ (tile.querySelector('a'))
    link.setAttribute('aria-label', nameOf(this.album, i))
    link.toggleAttribute('aria-describedby', false)
    if (focused) link.focus({ preventScroll: true })
    if (!marked.includes(standing)) return
    link.setAttribute('aria-describedby', 'label-' + i)
    tile.append(this.#mark(i, standing), h('span', { class: 'sr', id: 'label-' + i }, text))
  }

  /** @param {number} i @param {import('./album-data.js').Standing} standing */
  #mark(i, standing) {
    const mark = h('button', {
      class: 'mark ' + standing, type: 'button', 'aria-label': shortly(standing), 'aria-describedby': 'label-' + i,
      onclick: () => this.on.tip(i, mark, true), onfocus: () => this.on.tip(i, mark, false), onblur: this.on.leave,
      onpointerenter: (/** @type {PointerEvent} */ e) => e.pointerType === 'mouse' && this.on.tip(i, mark, false), onpointerleave: this.on.leave,
    }, icon(/** @type {any} */ (standing)))
    return mark
  }

  /** Brings an item to the screen, and returns what can be focused of it. @param {number} i @returns {HTMLElement|null} */
  reveal(i) {
    const row = this.#layout.rows.find((r) => i < r.to)
    if (!row) return null
    const top = scrollY + this.list.getBoundingClientRect().top + row.top
    if (top < scrollY || top + row.height > scrollY + innerHeight) scrollTo(0, top - innerHeight / 3)
    this.show()
    return this.#tiles.get(i)?.querySelector('a') ?? null
  }
}

/**
 * Does one thing after another, at least one, until the time of a frame is over.
 * @template T @param {Iterable<T>} all @param {(one: T) => void} what
 */
function inTime(all, what) {
  const from = performance.now()
  for (const one of all) {
    what(one)
    if (performance.now() - from > budget) return
  }
}

/** @param {HTMLElement} tile */
function drop(tile) {
  const thumb = tile.querySelector('.thumb')
  if (thumb instanceof HTMLImageElement) URL.revokeObjectURL(thumb.src)
  tile.remove()
}
