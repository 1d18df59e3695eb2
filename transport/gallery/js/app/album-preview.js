// What is seen of an item at once: its preview, which the collection carries.
import { decodeThumb } from '../lib/thumbhash.js'

/** The ratio of an item without a preview. */
const unknown = 4 / 3

/** The ratio of width to height that a preview has, between one in three and three. @param {Uint8Array|undefined} hash */
export function ratioOf(hash) {
  if (!hash || hash.length < 5) return unknown
  const alpha = hash[2] >> 7, landscape = hash[4] >> 7, count = hash[3] & 7
  const longer = alpha ? 5 : 7
  const ratio = landscape ? longer / count : count / longer
  return ratio > 0 && ratio < Infinity ? Math.min(3, Math.max(1 / 3, ratio)) : unknown
}

/** The colour that a preview has on the whole. @param {Uint8Array|undefined} hash */
export function colourOf(hash) {
  if (!hash || hash.length < 5) return ''
  const l = (hash[0] & 63) / 63, p = ((hash[0] >> 6 | hash[1] << 2) & 63) / 31.5 - 1, q = (hash[1] >> 4 | (hash[2] & 3) << 4) / 31.5 - 1
  const b = l - 2 / 3 * p, r = (3 * l - b + q) / 2
  return `rgb(${[r, r - q, b].map((v) => Math.round(255 * Math.min(1, Math.max(0, v)))).join(' ')})`
}

/** A picture of a preview; null = it is none. @param {Uint8Array|undefined} hash @returns {HTMLCanvasElement|null} */
export function drawn(hash) {
  const picture = hash && decodeThumb(hash)
  if (!picture) return null
  const canvas = document.createElement('canvas')
  canvas.width = picture.width
  canvas.height = picture.height
  canvas.getContext('2d')?.putImageData(new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (picture.rgba), picture.width, picture.height), 0, 0)
  return canvas
}
