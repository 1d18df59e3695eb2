// Where the tiles of a grid stand: rows of equal height, each as wide as the grid.

/** @typedef {{top: number, height: number, from: number, to: number}} Row items from up to, not including, to */
/** @typedef {{top: number, text: string}} Heading */
/** @typedef {{width: number, height: number, gap: number, heading: number}} Shape in pixels; height: of a row, at most */

/**
 * The rows of items of some ratios of width to height. A heading begins a row; a last row that
 * is not full keeps its height.
 * @param {ArrayLike<number>} ratios @param {Shape} shape @param {Map<number, string>} [headings] by the items before which they stand
 * @returns {{rows: Row[], headings: Heading[], height: number}}
 */
export function justify(ratios, { width, height, gap, heading }, headings = new Map()) {
  const out = { rows: /** @type {Row[]} */ ([]), headings: /** @type {Heading[]} */ ([]), height: 0 }
  let from = 0, sum = 0, full = height
  const end = (/** @type {number} */ to, /** @type {number} */ h) => {
    if (to > from) out.rows.push({ top: out.height, height: h, from, to })
    full = h
    out.height += to > from ? h + gap : 0
    from = to
    sum = 0
  }
  for (let i = 0; i < ratios.length; i++) {
    const text = headings.get(i)
    if (text !== undefined) {
      end(i, full)
      out.headings.push({ top: out.height, text })
      out.height += heading
    }
    sum += ratios[i]
    const fits = (width - gap * (i - from)) / sum
    if (fits <= height) end(i + 1, Math.max(fits, height / 4))
  }
  end(ratios.length, full)
  return out
}

/** The first row that ends below y. @param {Row[]} rows @param {number} y */
export function rowAt(rows, y) {
  let low = 0, high = rows.length
  while (low < high) {
    const middle = low + high >> 1
    if (rows[middle].top + rows[middle].height < y) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Where the items of a row begin, and how wide they are.
 * @param {ArrayLike<number>} ratios @param {Row} row @param {number} gap @returns {{left: number, width: number}[]}
 */
export function placesIn(ratios, row, gap) {
  let left = 0
  return Array.from({ length: row.to - row.from }, (_, k) => {
    const place = { left, width: ratios[row.from + k] * row.height }
    left += place.width + gap
    return place
  })
}
