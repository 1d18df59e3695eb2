// Fingerprints of keys as people compare them: in groups, and as a pattern that needs no colour.
import { h } from './dom.js'

const svg = 'http://www.w3.org/2000/svg'

/** A drawing of lines, which says nothing to screen readers. @param {string} d a path within 24 × 24 */
export function drawing(d) {
  return shape('0 0 24 24', 'path', [{ d, fill: 'none', stroke: 'currentColor', 'stroke-width': '2', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }])
}

/** @param {string} view @param {string} tag @param {Record<string, string>[]} parts */
function shape(view, tag, parts) {
  const e = document.createElementNS(svg, 'svg')
  e.setAttribute('viewBox', view)
  e.setAttribute('aria-hidden', 'true')
  for (const attributes of parts) {
    const part = document.createElementNS(svg, tag)
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value)
    e.append(part)
  }
  return e
}

/** The pattern of a thumbprint in hexadecimal: nine by nine, of the same halves. @param {string} name */
export function pattern(name) {
  const bits = [...name].flatMap((digit) => [8, 4, 2, 1].map((bit) => (parseInt(digit, 16) & bit) > 0))
  const cells = Array.from({ length: 81 }, (_, i) => ({ x: i % 9, y: Math.floor(i / 9) }))
    .filter(({ x, y }) => bits[y * 5 + Math.min(x, 8 - x)])
  return shape('-1 -1 11 11', 'rect', cells.map(({ x, y }) => ({ x: String(x), y: String(y), width: '1.02', height: '1.02', fill: 'currentColor' })))
}

/** A fingerprint in groups of four. @param {string} name the thumbprint in hexadecimal */
export function fingerprint(name) {
  return h('div', { class: 'fingerprint' }, ...(name.match(/.{4}/g) ?? []).map((group) => h('span', {}, group)))
}

/** Whether what somebody was told is a fingerprint, however it is spaced. @param {string} told @param {string} name */
export const isFingerprint = (told, name) => told.toLowerCase().replace(/[^0-9a-f]/g, '') === name
