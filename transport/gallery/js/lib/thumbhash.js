// Previews: ThumbHash (Evan Wallace, 2023), a picture in some 25 bytes.

/** @typedef {{width: number, height: number, rgba: Uint8ClampedArray}} Picture */
/** @typedef {{nx: number, ny: number, dc: number, ac: number[]}} Channel */

/**
 * Reads a preview as a picture of 32 pixels on its longer side, or returns null if it is none.
 * @param {Uint8Array} hash @returns {Picture|null}
 */
export function decodeThumb(hash) {
  const head = headOf(hash)
  if (!head) return null
  const { l, p, q, a, width, height } = head
  const rgba = new Uint8ClampedArray(width * height * 4)
  const waves = Math.max(l.nx, l.ny, 5)
  const [xs, ys] = [cosines(width, waves), cosines(height, waves)]
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const [fx, fy] = [xs[x], ys[y]]
      const light = sum(l, fx, fy), b = light - 2 / 3 * sum(p, fx, fy), r = (3 * light - b + sum(q, fx, fy)) / 2
      rgba.set([r, r - sum(q, fx, fy), b, a ? sum(a, fx, fy) : 1].map((v) => Math.max(0, 255 * Math.min(1, v))), at)
    }
  }
  return { width, height, rgba }
}

/** @param {Uint8Array} hash */
function headOf(hash) {
  if (hash.length < 5) return null
  const first = hash[0] | hash[1] << 8 | hash[2] << 16, second = hash[3] | hash[4] << 8
  const alpha = first >> 23 === 1, landscape = second >> 15 === 1, count = second & 7
  const across = Math.max(3, landscape ? alpha ? 5 : 7 : count), down = Math.max(3, landscape ? count : alpha ? 5 : 7)
  const ratio = (landscape ? alpha ? 5 : 7 : count) / (landscape ? count : alpha ? 5 : 7)
  if (!count || alpha && hash.length < 6) return null
  const read = nibbles(hash, alpha ? 6 : 5)
  const l = read((first & 63) / 63, across, down, (first >> 18 & 31) / 31)
  const p = read((first >> 6 & 63) / 31.5 - 1, 3, 3, (second >> 3 & 63) / 63 * 1.25)
  const q = read((first >> 12 & 63) / 31.5 - 1, 3, 3, (second >> 9 & 63) / 63 * 1.25)
  const a = alpha ? read((hash[5] & 15) / 15, 5, 5, (hash[5] >> 4) / 15) : undefined
  if (!l || !p || !q || alpha && !a) return null
  const [width, height] = ratio > 1 ? [32, Math.round(32 / ratio)] : [Math.round(32 * ratio), 32]
  return { l, p, q, a, width, height }
}

/** Reads the waves of channels one after the other, four bits each. @param {Uint8Array} hash @param {number} start */
function nibbles(hash, start) {
  let k = 0
  /** @param {number} dc @param {number} nx @param {number} ny @param {number} scale @returns {Channel|null} */
  return (dc, nx, ny, scale) => {
    const ac = []
    for (let y = 0; y < ny; y++) {
      for (let x = y ? 0 : 1; x * ny < nx * (ny - y); x++, k++) {
        const byte = hash[start + (k >> 1)]
        if (byte === undefined) return null
        ac.push(((byte >> ((k & 1) << 2) & 15) / 7.5 - 1) * scale)
      }
    }
    return { nx, ny, dc, ac }
  }
}

/** @param {number} n @param {number} waves */
const cosines = (n, waves) => Array.from({ length: n }, (_, i) =>
  Array.from({ length: waves }, (_, w) => Math.cos(Math.PI / n * (i + 0.5) * w)))

/** @param {Channel} c @param {number[]} fx @param {number[]} fy */
function sum({ nx, ny, dc, ac }, fx, fy) {
  let value = dc
  for (let y = 0, k = 0; y < ny; y++) {
    for (let x = y ? 0 : 1; x * ny < nx * (ny - y); x++, k++) value += ac[k] * fx[x] * fy[y] * 2
  }
  return value
}

/**
 * Makes the preview of an opaque picture of at most 100 pixels a side.
 * @param {number} width @param {number} height @param {ArrayLike<number>} rgba @returns {Uint8Array}
 */
export function encodeThumb(width, height, rgba) {
  const longer = Math.max(width, height)
  const across = Math.max(1, Math.round(7 * width / longer)), down = Math.max(1, Math.round(7 * height / longer))
  const pixels = Array.from({ length: width * height }, (_, i) => [rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]].map((v) => v / 255))
  const channel = (/** @type {(c: number[]) => number} */ of, /** @type {number} */ nx, /** @type {number} */ ny) =>
    waves(pixels.map(of), width, height, nx, ny)
  const l = channel(([r, g, b]) => (r + g + b) / 3, Math.max(3, across), Math.max(3, down))
  const p = channel(([r, g, b]) => (r + g) / 2 - b, 3, 3)
  const q = channel(([r, g]) => r - g, 3, 3)
  const landscape = width > height
  const first = Math.round(63 * l.dc) | Math.round(31.5 + 31.5 * p.dc) << 6 | Math.round(31.5 + 31.5 * q.dc) << 12 | Math.round(31 * l.scale) << 18
  const second = (landscape ? down : across) | Math.round(63 * p.scale) << 3 | Math.round(63 * q.scale) << 9 | (landscape ? 1 << 15 : 0)
  const ac = [l, p, q].flatMap((c) => c.ac.map((v) => c.scale ? Math.round(15 * (0.5 + 0.5 * v / c.scale)) : 0))
  const hash = new Uint8Array(5 + Math.ceil(ac.length / 2))
  hash.set([first & 255, first >> 8 & 255, first >> 16, second & 255, second >> 8])
  ac.forEach((v, k) => hash[5 + (k >> 1)] |= v << ((k & 1) << 2))
  return hash
}

/** @param {number[]} values @param {number} width @param {number} height @param {number} nx @param {number} ny */
function waves(values, width, height, nx, ny) {
  const [xs, ys] = [cosines(width, nx), cosines(height, ny)]
  const ac = []
  let dc = 0
  for (let cy = 0; cy < ny; cy++) {
    for (let cx = 0; cx * ny < nx * (ny - cy); cx++) {
      const f = values.reduce((f, v, i) => f + v * xs[i % width][cx] * ys[Math.floor(i / width)][cy], 0) / (width * height)
      if (cx || cy) ac.push(f)
      else dc = f
    }
  }
  return { dc, ac, scale: Math.max(0, ...ac.map(Math.abs)) }
}
