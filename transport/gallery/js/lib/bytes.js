/**
 * Compares byte by byte; a beginning is less.
 * @param {Uint8Array} a @param {Uint8Array} b @returns {number} less than, equal to, or more than 0
 */
export function compare(a, b) {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] - b[i]
  return a.length - b.length
}

/** @param {Uint8Array} a @param {Uint8Array} b */
export const same = (a, b) => a.length === b.length && compare(a, b) === 0

/** @param {Uint8Array} b */
export const zeros = (b) => b.every((x) => x === 0)

/** @param {Uint8Array} b @returns {string} */
export function hex(b) {
  let s = ''
  for (const x of b) s += (x < 16 ? '0' : '') + x.toString(16)
  return s
}

/** @param {string} s @returns {Uint8Array} */
export function unhex(s) {
  if (s.length % 2 || !/^[0-9a-f]*$/i.test(s)) throw new TypeError('not hexadecimal')
  const b = new Uint8Array(s.length / 2)
  for (let i = 0; i < b.length; i++) b[i] = parseInt(s.slice(2 * i, 2 * i + 2), 16)
  return b
}

/** @param {Uint8Array[]} list @returns {Uint8Array} */
export function concat(list) {
  const all = new Uint8Array(list.reduce((n, b) => n + b.length, 0))
  let at = 0
  for (const b of list) {
    all.set(b, at)
    at += b.length
  }
  return all
}

/** In the alphabet for URLs, without padding (RFC 4648, section 5). @param {Uint8Array} b @returns {string} */
export function base64(b) {
  let s = ''
  for (const x of b) s += String.fromCharCode(x)
  return btoa(s).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
}

/** @param {string} s @returns {Uint8Array} */
export const unbase64 = (s) => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))

/** @param {string} s */
export const utf8 = (s) => new TextEncoder().encode(s)

/** @param {Uint8Array} b @returns {Promise<Uint8Array>} */
export async function sha256(b) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {BufferSource} */ (b)))
}

/**
 * Finds a value in a set: a byte string of values of one size that ascend.
 * @param {Uint8Array} set @param {Uint8Array} value @returns {boolean}
 */
export function includes(set, value) {
  const size = value.length
  let low = 0
  for (let high = set.length / size; low < high;) {
    const mid = (low + high) >> 1
    const c = compare(set.subarray(mid * size, (mid + 1) * size), value)
    if (c === 0) return true
    if (c < 0) low = mid + 1
    else high = mid
  }
  return false
}

/**
 * The values of a column or set, each a part of it.
 * @param {Uint8Array} column @param {number} size @returns {Uint8Array[]}
 */
export function values(column, size) {
  const list = []
  for (let at = 0; at < column.length; at += size) list.push(column.subarray(at, at + size))
  return list
}
