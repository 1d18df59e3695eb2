// Elements, of texts that are never taken for HTML.

/** @typedef {Node|string|number|null|undefined|false} Child */

/**
 * Makes an element: h('a', { href: '/', class: 'x', onclick: go }, 'text'). What begins with on
 * listens; true stands for an attribute without a value; null, undefined and false for none.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} [attributes] @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const e = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value)
    else e.setAttribute(name, value === true ? '' : String(value))
  }
  put(e, ...children)
  return e
}

/**
 * Puts children into an element, in the place of what is there. What had the focus in it keeps it,
 * or what stands in its place has it then, so that keys go on to be heard.
 * @param {Element} e @param {...Child} children
 */
export function put(e, ...children) {
  const had = document.activeElement, place = e.contains(had) ? stops(e).findIndex((s) => s === had) : -1
  e.replaceChildren(...children.filter((c) => c !== null && c !== undefined && c !== false).map((c) => c instanceof Node ? c : String(c)))
  if (place < 0) return
  const now = stops(e), next = e.contains(had) ? had : now[Math.min(place, now.length - 1)]
  if (next instanceof HTMLElement) next.focus({ preventScroll: true })
}

/** What of an element can have the focus. @param {Element} e */
const stops = (e) => [...e.querySelectorAll('a[href], button, input, select, textarea, summary, video, [tabindex]')]

/** The element that a selector finds, which must be there. @param {string} selector @param {ParentNode} [within] @returns {HTMLElement} */
export function find(selector, within = document) {
  const e = within.querySelector(selector)
  if (!(e instanceof HTMLElement)) throw new Error('no ' + selector)
  return e
}
