// The small versions of a picture: JPEG without metadata, and the preview.
import { encodeThumb } from '../../lib/thumbhash.js'
import { shortName } from './kind.js'

/** The boxes of the default ladder's partial versions, in pixels. */
const boxes = [{ width: 160, height: 120 }, { width: 640, height: 480 }]

const quality = 0.8

/** @typedef {{versions: Blob[], preview: Uint8Array, width: number, height: number}} Pictures smallest first */

/** Makes them of a picture, which stays open. @param {ImageBitmap} picture @returns {Promise<Pictures>} */
export async function picturesOf(picture) {
  const screen = scaled(picture, boxes[1]), thumbnail = scaled(screen, boxes[0])
  const versions = await Promise.all([thumbnail, screen].map((c) => c.convertToBlob({ type: 'image/jpeg', quality })))
  return { versions, preview: previewOf(thumbnail), width: picture.width, height: picture.height }
}

/** Draws the page that stands for a document. @param {string} name @param {string} type */
export async function iconsOf(name, type) {
  const label = shortName(name, type)
  const canvases = boxes.map((box) => icon(box, label))
  const versions = await Promise.all(canvases.map((c) => c.convertToBlob({ type: 'image/jpeg', quality })))
  return { versions, preview: previewOf(canvases[0]), width: 0, height: 0 }
}

/**
 * A picture that fits into a box, never enlarged; what is transparent becomes white.
 * @param {ImageBitmap|OffscreenCanvas} picture @param {{width: number, height: number}} box
 */
function scaled(picture, box) {
  const f = Math.min(1, box.width / picture.width, box.height / picture.height)
  const [width, height] = [picture.width, picture.height].map((n) => Math.max(1, Math.round(n * f)))
  const c = canvas(width, height)
  c.context.imageSmoothingQuality = 'high'
  c.context.drawImage(picture, 0, 0, width, height)
  return c.canvas
}

/** @param {number} width @param {number} height */
function canvas(width, height) {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })
  if (!context) throw new Error('no canvas')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  return { canvas, context }
}

/** @param {OffscreenCanvas} picture */
function previewOf(picture) {
  const small = scaled(picture, { width: 100, height: 100 })
  const { data } = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext('2d')).getImageData(0, 0, small.width, small.height)
  return encodeThumb(small.width, small.height, data)
}

const inks = ['#b91c1c', '#c2410c', '#15803d', '#0f766e', '#1d4ed8', '#6d28d9', '#be185d', '#374151']

/** A page with a folded corner, and a name on a band. @param {{width: number, height: number}} box @param {string} label */
function icon(box, label) {
  const { canvas: c, context: g } = canvas(box.width, box.height)
  const unit = box.height / 6, left = box.width / 2 - 1.5 * unit, top = unit
  g.fillStyle = '#f3f4f6'
  g.fillRect(0, 0, box.width, box.height)
  g.beginPath()
  for (const [x, y] of [[0, 0], [2, 0], [3, 1], [3, 4], [0, 4]]) g.lineTo(left + x * unit, top + y * unit)
  g.closePath()
  Object.assign(g, { fillStyle: '#fff', strokeStyle: '#9ca3af', lineWidth: unit / 12 })
  g.fill()
  g.stroke()
  g.beginPath()
  for (const [x, y] of [[2, 0], [2, 1], [3, 1]]) g.lineTo(left + x * unit, top + y * unit)
  g.stroke()
  g.fillStyle = inks[[...label].reduce((sum, l) => sum + l.charCodeAt(0), 0) % inks.length]
  g.fillRect(left - unit / 4, top + 1.9 * unit, 3.5 * unit, 1.2 * unit)
  Object.assign(g, { fillStyle: '#fff', font: `600 ${0.8 * unit}px system-ui, sans-serif`, textAlign: 'center', textBaseline: 'middle' })
  g.fillText(label, box.width / 2, top + 2.55 * unit)
  return c
}
