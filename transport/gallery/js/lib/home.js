// How to reach the station of a source: see "endpoint" in collection.cddl.
import { same } from './bytes.js'
import { Station } from './client.js'
import { decodeEndpoint } from './documents.js'
import { GlimpseError } from './errors.js'
import { sealed } from './sealed.js'
import { endpointStatement, purpose } from './statements.js'

/**
 * Checks that a station has sealed its endpoint with its own key, and that the key is its
 * user's; throws what the verifier does, and ErrNotAuthorised.
 * @param {import('./documents.js').Endpoint} e @param {import('./verify.js').Verifier} verifier
 * @param {number} [now] seconds; 0 = whenever
 */
export async function verifyEndpoint(e, verifier, now = 0) {
  const { user, key } = await verifier.verify(purpose.endpoint, endpointStatement(e), e.seal, now)
  const owner = user.length ? user : new Uint8Array(16)
  if (!same(owner, e.user) || !same(key, e.key)) throw new GlimpseError('ErrNotAuthorised', undefined, 'an endpoint of others')
}

/**
 * The home that serves at a source, for a caller, whose requests it alone can make use of. Web
 * says whether browsers can reach it by its own word: it may show a public certificate there;
 * elsewhere it shows one of its own key, which browsers refuse. Throws ErrPeerKey where the
 * station has not sealed that it serves there.
 * @param {{user: Uint8Array, url: string, endpoint: Uint8Array}} source @param {import('./verify.js').Verifier} verifier
 * @param {import('./sealed.js').Caller} caller @param {import('./client.js').Options} [options]
 * @returns {Promise<{station: Station, web: boolean}>}
 */
export async function homeOf(source, verifier, caller, options) {
  try {
    const e = decodeEndpoint(source.endpoint)
    await verifyEndpoint(e, verifier, Math.floor(Date.now() / 1000))
    const web = e.web.includes(source.url)
    if (same(e.user, source.user) && (web || e.urls.includes(source.url))) {
      return { station: new Station(source.url, { auth: sealed(caller, e.key), ...options }), web }
    }
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
    throw new GlimpseError('ErrPeerKey', undefined, err.message)
  }
  throw new GlimpseError('ErrPeerKey', undefined, 'another address')
}
