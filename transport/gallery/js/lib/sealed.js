// Requests at stations where there are no accounts: see "proof" in transport.cddl, and package
// httplink.
import { base64, sha256 } from './bytes.js'
import { encode } from './cbor.js'

const none = new Uint8Array(0)

/**
 * Auth returns the header that says who calls. The body is a message; none of a stream.
 * @typedef {(request: {method: string, path: string, body?: Uint8Array}) => Promise<Record<string, string>>} Auth
 */

/**
 * Caller is who calls, and the sealed statement on its key, where the station may not know it.
 * @typedef {{user: Uint8Array, signer: import('./key.js').Signer, statement?: Uint8Array, now?: () => number}} Caller
 */

/** The Auth of a caller at the station with a key, and at no other. @param {Caller} caller @param {Uint8Array} station @returns {Auth} */
export const sealed = ({ user, signer, statement = none, now = Date.now }, station) => async ({ method, path, body }) => {
  const reads = method === 'GET' || method === 'HEAD'
  const time = Math.floor(now() / 1000)
  const nonce = reads ? 0 : crypto.getRandomValues(new BigUint64Array(1))[0]
  const digest = body && !reads ? await sha256(body) : none
  const seal = await signer.sign('application/glimpse.request', encode([method, station, path, time, nonce, digest]))
  return { Authorization: 'Glimpse ' + base64(encode([user, time, nonce, digest, seal, statement])) }
}
