// Updates, ends and endpoints that travel alone.
import { encode, Reader } from './cbor.js'
import { encodeUpdateDocument, readSeal, readUpdateDocument } from './said.js'
import { withDefaults } from './limits.js'

/** @typedef {Partial<import('./limits.js').Limits>} Limits */

/**
 * @template T @param {Uint8Array} bytes @param {Limits|undefined} limits
 * @param {(r: Reader, limits: import('./limits.js').Limits) => T} read @returns {T}
 */
function whole(bytes, limits, read) {
  const l = withDefaults(limits)
  const r = new Reader(bytes)
  if (bytes.length > l.size) r.fail('ErrLimit')
  const value = read(r, l)
  r.done()
  return value
}

/** @param {Uint8Array} bytes @param {Limits} [limits] @returns {import('./said.js').UpdateDocument} */
export const decodeUpdate = (bytes, limits) => whole(bytes, limits, readUpdateDocument)

export const encodeUpdate = encodeUpdateDocument

/**
 * End is the author's word that a collection has ended.
 * @typedef {{author: Uint8Array, id: Uint8Array, identity: Uint8Array, seal: import('./said.js').Seal}} End
 */

/** @param {Uint8Array} bytes @param {Limits} [limits] @returns {End} */
export function decodeEnd(bytes, limits) {
  return whole(bytes, limits, (r, l) => {
    r.exactly(5)
    return { author: r.id(16), id: r.id(16), identity: r.fixed(32), seal: readSeal(r, 1, l) }
  })
}

/** @param {End} e */
export const encodeEnd = (e) => encode([e.author, e.id, e.identity, e.seal.issued, e.seal.bytes])

/**
 * Endpoint says where a station serves.
 * @typedef {object} Endpoint
 * @property {Uint8Array} user zeros = an authority's
 * @property {Uint8Array} key
 * @property {bigint} number
 * @property {string[]} urls with a certificate of the key
 * @property {string[]} web with that or, besides, a public certificate
 * @property {Uint8Array} seal
 */

/** @param {Uint8Array} bytes @param {Limits} [limits] @returns {Endpoint} */
export function decodeEndpoint(bytes, limits) {
  return whole(bytes, limits, (r, l) => {
    r.exactly(6)
    const user = r.fixed(16), key = r.id(32), at = r.at
    const number = r.big()
    if (!number) r.fail('ErrZero', at)
    return { user, key, number, urls: urls(r), web: urls(r), seal: r.byteString(l.seal) }
  })
}

/** @param {Reader} r */
function urls(r) {
  const list = []
  for (let n = r.array(4); n > 0; n--) {
    const at = r.at
    list.push(r.text(1024) || r.fail('ErrLength', at))
  }
  return list
}

/** @param {Endpoint} e */
export const encodeEndpoint = (e) => encode([e.user, e.key, e.number, e.urls, e.web, e.seal])
