// Zoom by wheel, fingers and keys; swipes where nothing is zoomed.

const most = 8

/** How far a finger goes for a swipe, in pixels. */
const swipe = 60

export class Zoom {
  scale = 1
  x = 0
  y = 0
  /** @type {Map<number, {x: number, y: number}>} */
  #fingers = new Map()
  /** @type {{x: number, y: number}|null} where the one finger of a swipe began */
  #began = null
  #tapped = 0

  /** @param {HTMLElement} stage @param {HTMLElement} picture @param {{swiped: (way: 'left'|'right'|'down') => void}} on */
  constructor(stage, picture, on) {
    this.stage = stage
    this.picture = picture
    this.on = on
    stage.addEventListener('wheel', (e) => {
      e.preventDefault()
      this.by(Math.exp(-e.deltaY / 300), e.clientX, e.clientY)
    }, { passive: false })
    stage.addEventListener('dblclick', (e) => this.toggle(e.clientX, e.clientY))
    stage.addEventListener('pointerdown', (e) => this.#down(e))
    stage.addEventListener('pointermove', (e) => this.#move(e))
    for (const up of /** @type {const} */ (['pointerup', 'pointercancel'])) stage.addEventListener(up, (e) => this.#up(e))
  }

  reset() {
    this.#set(1, 0, 0)
  }

  /** In, or out again. @param {number} [x] @param {number} [y] */
  toggle(x, y) {
    if (this.scale > 1) this.reset()
    else this.by(2.5, x, y)
  }

  /** Zooms so that a point of the screen stays; none = the middle. @param {number} factor @param {number} [x] @param {number} [y] */
  by(factor, x, y) {
    const box = this.stage.getBoundingClientRect()
    const scale = Math.min(most, Math.max(1, this.scale * factor)), f = scale / this.scale
    const dx = (x ?? box.x + box.width / 2) - box.x - box.width / 2, dy = (y ?? box.y + box.height / 2) - box.y - box.height / 2
    this.#set(scale, dx - f * (dx - this.x), dy - f * (dy - this.y))
  }

  /** @param {number} scale @param {number} x @param {number} y */
  #set(scale, x, y) {
    const { width, height } = this.stage.getBoundingClientRect()
    const limit = (/** @type {number} */ v, /** @type {number} */ size) => Math.max(-size * (scale - 1) / 2, Math.min(size * (scale - 1) / 2, v))
    this.scale = scale
    this.x = limit(x, width)
    this.y = limit(y, height)
    this.picture.style.transform = scale === 1 ? '' : `translate(${this.x}px, ${this.y}px) scale(${scale})`
    this.stage.classList.toggle('zoomed', scale > 1)
  }

  /** @param {PointerEvent} e */
  #down(e) {
    if (e.target instanceof HTMLVideoElement || e.button) return
    this.stage.setPointerCapture(e.pointerId)
    this.#fingers.set(e.pointerId, { x: e.clientX, y: e.clientY })
    this.#began = this.#fingers.size === 1 ? { x: e.clientX, y: e.clientY } : null
  }

  /** @param {PointerEvent} e */
  #move(e) {
    const before = this.#fingers.get(e.pointerId)
    if (!before) return
    const now = { x: e.clientX, y: e.clientY }
    const other = [...this.#fingers].find(([id]) => id !== e.pointerId)?.[1]
    if (other) {
      const apart = Math.hypot(before.x - other.x, before.y - other.y)
      this.by(apart ? Math.hypot(now.x - other.x, now.y - other.y) / apart : 1, (now.x + other.x) / 2, (now.y + other.y) / 2)
    } else if (this.scale > 1) this.#set(this.scale, this.x + now.x - before.x, this.y + now.y - before.y)
    this.#fingers.set(e.pointerId, now)
  }

  /** @param {PointerEvent} e */
  #up(e) {
    if (!this.#fingers.delete(e.pointerId) || this.#fingers.size) return
    const began = this.#began
    if (!began || this.scale > 1 && e.pointerType !== 'touch') return
    const dx = e.clientX - began.x, dy = e.clientY - began.y
    if (this.scale === 1 && Math.abs(dx) > swipe && Math.abs(dx) > 2 * Math.abs(dy)) this.on.swiped(dx < 0 ? 'left' : 'right')
    else if (this.scale === 1 && dy > 2 * swipe && e.pointerType === 'touch') this.on.swiped('down')
    else if (e.pointerType === 'touch' && Math.hypot(dx, dy) < 10) this.#tap(e)
  }

  /** Two taps in a short time zoom. @param {PointerEvent} e */
  #tap(e) {
    if (e.timeStamp - this.#tapped < 300) this.toggle(e.clientX, e.clientY)
    this.#tapped = e.timeStamp
  }
}
