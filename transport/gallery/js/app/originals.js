// Originals, straight from whoever serves them: the gate is asked first, then one source after the
// other, each block is checked as it comes, and what broke off goes on where it ended.
import { hex, same, unhex } from '../lib/bytes.js'
import { hasBit } from '../lib/bits.js'
import { decodeEndpoint } from '../lib/documents.js'
import { GlimpseError } from '../lib/errors.js'
import { Gate } from '../lib/gate.js'
import { endpointStatement, purpose } from '../lib/statements.js'
import { hub, me, stationAt } from './me.js'
import { place } from './place.js'
import { reach } from './reach.js'
import { ringOf } from './ring.js'
import { say } from './words.js'

/** @typedef {import('../lib/collection.js').Collection} Collection */
/** @typedef {import('../lib/client.js').Station} Station */
/** @typedef {import('../lib/messages.js').Of<typeof import('../lib/messages.js').state>} State */
/** @typedef {'pending'|'withdrawn'|'ended'|'forbidden'|'station'|'nobody'|'tls'|'http'|'false'|'room'} Reason */

/** Unavailable says why an original is not here; its message is for people. */
export class Unavailable extends Error {
  /** @param {Reason} kind @param {import('../lib/gate.js').Refusal|null} [refusal] the gate's */
  constructor(kind, refusal = null) {
    super(say('original.' + kind))
    this.kind = kind
    this.refusal = refusal
  }
}

/**
 * The original of an item, and the user from whose station it came, or the origin of the page where
 * that is of a home; '' = it was here. Throws
 * Unavailable, or what the signal is aborted with. For what the gate refuses no request leaves.
 * @param {{collection: Collection, state?: Pick<State, 'sources'|'keys'>}} of the collection, joined and verified, and the state that it came with
 * @param {number} i
 * @param {{signal?: AbortSignal, onProgress?: (done: number, size: number) => void}} [options]
 * @returns {Promise<{blob: Blob, from: string}>}
 */
export async function original({ collection: c, state }, i, { signal, onProgress } = {}) {
  const self = await me()
  permitted(c, i, self)
  const to = await place(c.digest(i, c.fixed.ladder.length - 1), c.mediaType(i))
  const here = await to.whole()
  if (here) return { blob: here, from: '' }
  const home = isOfHome()
  if (!self && !home) throw new Unavailable('station')
  const { found, barred } = await sources(state ?? { sources: [], keys: [] }, i)
  /** @type {{station: Station, from: string}[]} */
  const stations = home ? [{ station: hub(signal), from: location.origin }] : []
  if (self) stations.push(...found.map((s) => ({ station: stationAt(self, s.url, s.key, signal), from: hex(s.user) })))
  /** @type {unknown[]} */
  const failures = []
  for (const { station, from } of stations) {
    try {
      return { blob: await bring(station, c, i, to, onProgress), from }
    } catch (err) {
      signal?.throwIfAborted()
      failures.push(err)
    }
  }
  throw new Unavailable(reason(failures, barred))
}

/** Whether the page is of a home, which serves originals to who is signed in there. */
const isOfHome = () => 'originals' in document.body.dataset

/** Asks the gate. @param {Collection} c @param {number} i @param {import('./me.js').Me|null} self */
function permitted(c, i, self) {
  if (c.ended) throw new Unavailable('ended')
  const user = self?.user ?? unhex(document.body.dataset.user ?? '')
  const holder = { author: same(user, c.fixed.author), unaccepted: user.length > 0 && !c.mayReadComplete(user) }
  const refusal = new Gate(c.fixed.kind, c.fixed.ladder.length).check(c.ranks[i], 'fetch', c.fixed.ladder.length - 1, holder)
  if (refusal) throw new Unavailable(refusal.reason === 'pending' || refusal.reason === 'withdrawn' ? refusal.reason : 'forbidden', refusal)
}

/** @typedef {{user: Uint8Array, key: Uint8Array, url: string}} Source */

/**
 * Where an item is served, as the stations that serve it have sealed, and why those URLs cannot be
 * called that cannot.
 * @param {Pick<State, 'sources'|'keys'>} state @param {number} i
 */
async function sources(state, i) {
  const { ring } = await ringOf(state.keys)
  /** @type {Source[]} */
  const found = []
  /** @type {Set<'tls'|'http'>} */
  const barred = new Set()
  for (const s of state.sources.filter((s) => hasBit(s.items, i))) {
    const e = await endpoint(ring, s)
    if (!e) continue
    for (const [urls, certificate] of /** @type {const} */ ([[e.web, 'web'], [e.urls, 'own']])) {
      for (const url of urls) {
        const bar = reach(url, certificate)
        if (bar) barred.add(bar)
        else found.push({ user: e.user, key: e.key, url })
      }
    }
  }
  return { found, barred }
}

/** What a source's own station has sealed of where it serves, null if it has not. @param {import('../lib/keyring.js').Keyring} ring @param {State['sources'][number]} s */
export async function endpoint(ring, s) {
  try {
    const e = decodeEndpoint(s.endpoint)
    const by = await ring.verify(purpose.endpoint, endpointStatement(e), e.seal, 0)
    return same(by.user, s.user) && same(e.user, s.user) && same(by.key, e.key) ? e : null
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
    return null
  }
}

/**
 * Has one source bring what is missing. Where it says that the whole is of another size than the
 * source before it, nothing is kept of that: only blocks that were proved for one size belong together.
 * @param {Station} station @param {Collection} c @param {number} i
 * @param {import('./place.js').Place} to @param {(done: number, size: number) => void} [onProgress]
 */
async function bring(station, c, i, to, onProgress) {
  let { size, bytes } = await station.original(c, i, to.done)
  if (to.done > 0 && size !== to.size) {
    await bytes.return()
    await to.begin(0)
    ;({ size, bytes } = await station.original(c, i, 0))
  }
  await to.begin(size)
  try {
    onProgress?.(to.done, size)
    for await (const piece of bytes) {
      await to.write(piece)
      onProgress?.(to.done, size)
    }
  } finally {
    await to.pause()
  }
  return to.finish()
}

/** Why nothing came: what can be helped first. @param {unknown[]} failures @param {Set<'tls'|'http'>} barred @returns {Reason} */
function reason(failures, barred) {
  const is = (/** @type {string} */ code) => failures.some((err) => err instanceof GlimpseError && err.is(code))
  if (failures.some((err) => err instanceof DOMException && err.name === 'QuotaExceededError')) return 'room'
  if (is('ErrForbidden') || is('ErrUnauthenticated') || is('ErrNotFound')) return 'forbidden'
  if (is('ErrDigest')) return 'false'
  if (barred.has('tls')) return 'tls'
  return barred.has('http') ? 'http' : 'nobody'
}
