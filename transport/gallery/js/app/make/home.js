// Brings originals from the browser to a home of their author's, where it can be reached.
import { bitsOf, hasBit } from '../../lib/bits.js'
import { hex, same } from '../../lib/bytes.js'
import { GlimpseError } from '../../lib/errors.js'
import { uploadBody } from '../../lib/upload.js'
import { stationAt } from '../me.js'
import { endpoint } from '../originals.js'
import { reach } from '../reach.js'
import { ringOf } from '../ring.js'

/** @typedef {import('../../lib/collection.js').Collection} Collection */
/** @typedef {import('../../lib/client.js').Station} Station */
/** @typedef {{key: Uint8Array, url: string}} Home */

/** In how many of the latest albums homes are looked for. */
const albums = 16

/**
 * The homes of this browser's user that a page can call, by what they serve of earlier albums and,
 * since there may be none yet, by what was said when the browser joined; and why those cannot be
 * called that cannot.
 * @param {Station} hub @param {import('../me.js').Me} self
 */
export async function ownHomes(hub, self) {
  const { entries } = await hub.changes({})
  /** @type {Map<string, Home>} */
  const homes = new Map()
  /** @type {Set<'http'|'tls'>} */
  const barred = new Set()
  const add = (/** @type {import('../../lib/documents.js').Endpoint} */ e) => {
    for (const [urls, certificate] of /** @type {const} */ ([[e.web, 'web'], [e.urls, 'own']])) {
      for (const url of urls) {
        const bar = reach(url, certificate)
        if (bar) barred.add(bar)
        else homes.set(url, { key: e.key, url })
      }
    }
  }
  const own = entries.filter((e) => same(e.notification.author, self.user)).slice(-albums).reverse()
  for (const { notification: { author, collection: id } } of own) {
    const { sources, keys } = await hub.collection({ author, id })
    const { ring } = await ringOf(keys)
    for (const s of sources.filter((s) => same(s.user, self.user))) {
      const e = await endpoint(ring, s)
      if (e) add(e)
    }
  }
  self.homes.forEach(add)
  return { homes: [...homes.values()], barred }
}

/** What goes wrong of this kind is the home's alone: another one is tried. @param {unknown} err */
const elsewhere = (err) => err instanceof GlimpseError && ['ErrUnreachable', 'ErrForbidden', 'ErrUnauthenticated', 'ErrStorage', 'ErrQuota'].some((code) => err.is(code))

/**
 * Brings an album with its originals to the first home that takes it; what broke off goes on where
 * it ended. Returns whether one has. Files are by places, and versions are those that were made.
 * @param {import('../me.js').Me} self @param {Home[]} homes @param {Collection} c @param {(Blob|undefined)[][]} versions of each item, the original last
 * @param {(done: number, all: number) => void} onProgress versions @param {AbortSignal} signal
 */
export async function bring(self, homes, c, versions, onProgress, signal) {
  for (const { url, key } of homes) {
    try {
      await bringTo(stationAt(self, url, key, signal), c, versions, onProgress)
      return true
    } catch (err) {
      if (signal.aborted || !elsewhere(err)) throw err
    }
  }
  return false
}

/** @param {Station} home @param {Collection} c @param {(Blob|undefined)[][]} versions @param {(done: number, all: number) => void} onProgress */
async function bringTo(home, c, versions, onProgress) {
  const offers = c.fixed.ladder.map((_, v) => bitsOf(versions.flatMap((of, i) => of[v] && c.digest(i, v) ? [i] : [])))
  const share = { collection: c.encode(), offers }
  let answer = await home.share(share), all = 0
  for (let again = 0; ;) {
    const asked = wanted(answer, c, versions)
    all = Math.max(all, asked.length)
    onProgress(all - asked.length, all)
    if (!asked.length) return
    const { item, version, data } = asked[0]
    const offset = answer.parts.find((p) => p.item === item && p.version === version && p.size <= data.size)?.size ?? 0
    answer = await home.upload(c.fixed, uploadBody([{ item, version, offset, data: data.slice(offset) }]))
    again = wanted(answer, c, versions).length < asked.length ? 0 : again + 1
    if (again > 2) throw new GlimpseError('ErrMalformed', undefined, 'asks again')
  }
}

/**
 * What an answer asks for: of versions with one digest the first, small ones before great ones.
 * @param {Awaited<ReturnType<Station['share']>>} answer @param {Collection} c @param {(Blob|undefined)[][]} versions
 */
function wanted({ missing }, c, versions) {
  const seen = new Set(), all = []
  for (let v = 0; v < c.fixed.ladder.length; v++) {
    for (let i = 0; i < c.length; i++) {
      const data = versions[i]?.[v], digest = c.digest(i, v)
      if (!data || !digest || !hasBit(missing[v], i) || seen.has(hex(digest))) continue
      seen.add(hex(digest))
      all.push({ item: i, version: v, data })
    }
  }
  return all
}
