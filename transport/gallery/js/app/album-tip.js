// The tip of a label: what it says, at its icon, for as long as it is pointed at, or has the focus.
import { find, h, put } from './dom.js'
import { sentences, shortly } from './album-labels.js'
import { wishButton } from './album-wish.js'

/** @typedef {import('./album-data.js').Album} Album */

/** How long a tip stays when it is left, in milliseconds, so that it can be reached. */
const lag = 250

/** @param {Album} album */
export function tips(album) {
  const tip = h('div', { class: 'tip', popover: 'auto', role: 'group', onpointerenter: () => clearTimeout(leaving), onpointerleave: leave, onfocusout: leave })
  find('main').append(tip)
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let leaving
  let shown = -1
  /** Where the page was scrolled to when the tip was shown. */
  let scrolled = 0
  /** Whose tip was closed by key, and is not opened by the pointer that still rests there. */
  let dismissed = -1

  /** @param {number} i @param {HTMLElement} at @param {boolean} touched */
  function show(i, at, touched) {
    clearTimeout(leaving)
    if (i === dismissed && !touched) return
    dismissed = -1
    if (shown === i && tip.matches(':popover-open') && !touched) return
    shown = i
    scrolled = scrollY
    const standing = album.standing(i)
    const [what, ...rest] = sentences(album, i)
    tip.setAttribute('aria-label', shortly(standing))
    put(tip, h('strong', {}, what), ...rest.map((text) => h('p', {}, text)), wishButton(album, i))
    const button = /** @type {HTMLButtonElement} */ (at)
    button.popoverTargetElement = tip
    button.popoverTargetAction = 'show'
    if (!tip.matches(':popover-open')) tip.showPopover()
    place(tip, at.getBoundingClientRect())
  }

  function leave() {
    clearTimeout(leaving)
    leaving = setTimeout(() => {
      dismissed = -1
      if (!tip.matches(':hover') && !tip.contains(document.activeElement)) tip.hidePopover()
    }, lag)
  }

  addEventListener('keydown', (e) => { if (e.key === 'Escape' && tip.matches(':popover-open')) close() })
  function close() {
    dismissed = shown
    tip.hidePopover()
  }

  album.addEventListener('labels', () => tip.hidePopover())
  addEventListener('scroll', () => { if (scrollY !== scrolled) tip.hidePopover() }, { passive: true })
  return { show, leave }
}

/** Puts a tip below what it belongs to, or above where there is no room. @param {HTMLElement} tip @param {DOMRect} at */
function place(tip, at) {
  const { width, height } = tip.getBoundingClientRect()
  const left = Math.min(innerWidth - width - 8, Math.max(8, at.right - width))
  const below = at.bottom + 8, above = at.top - height - 8
  tip.style.left = left + 'px'
  tip.style.top = (below + height < innerHeight || above < 0 ? below : above) + 'px'
}
