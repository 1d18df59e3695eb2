// Who vouches for an album, found out in the browser, in one plain sentence.
import { hex } from '../lib/bytes.js'
import { decode } from '../lib/collection.js'
import { decodeEnd, decodeUpdate } from '../lib/documents.js'
import { GlimpseError } from '../lib/errors.js'
import { apply, merge } from '../lib/join.js'
import { namedKey } from '../lib/said.js'
import { verify } from '../lib/verify.js'
import { h } from './dom.js'
import { hub } from './me.js'
import { hear, lastHeard } from './news.js'
import { drawing } from './pattern.js'
import { now, ringOf } from './ring.js'
import { say } from './words.js'

/** @typedef {import('../lib/collection.js').Collection} Collection */
/** @typedef {import('../lib/messages.js').Of<typeof import('../lib/messages.js').state>} State */

/**
 * Kinds: 'both' = author and hub, 'author', 'hub' = the hub alone, also where the author's key counts no more, 'stale' = the author, and the hub
 * has long not said whether keys still count, 'revoked' = a key that counts no more, and nobody else, 'unknown' = an
 * author's key that is not known, 'changed' = another key than before is named, 'altered' = it is not
 * what was sealed.
 * @typedef {'both'|'author'|'hub'|'stale'|'revoked'|'unknown'|'changed'|'altered'} Kind
 */

/**
 * Vouched is what came of it. The collection is without what counts no more; what is not to be
 * believed has none.
 * @typedef {object} Vouched
 * @property {Kind} kind
 * @property {Collection|null} collection
 * @property {import('../lib/verify.js').Report|null} report
 */

/** For how long the hub may be silent about keys, in seconds: as peers have it. */
const week = 7 * 86400

/** The collection of a state, with the updates and ends beside it. Throws GlimpseErrors. @param {State} state @returns {Promise<Collection>} */
export async function joined(state) {
  let c = decode(state.collection).validate()
  for (const bytes of state.updates) c = await apply(c, decodeUpdate(bytes))
  const identity = hex(await c.identity())
  const ends = state.ends.map((bytes) => decodeEnd(bytes)).filter((e) => hex(e.identity) === identity)
  return merge(c, c.with({ ends: ends.map(({ seal }) => ({ seal, key: namedKey(seal.bytes) })) }))
}

/**
 * Finds out who vouches for what a station has sent as a collection.
 * @param {State} state @param {{author: Uint8Array, id: Uint8Array}} name the one that was asked for
 * @returns {Promise<Vouched>}
 */
export async function vouch(state, name) {
  const { ring, changed } = await ringOf(state.keys)
  /** @type {Collection|null} */
  let c = null
  try {
    c = await joined(state)
    if (hex(c.fixed.author) !== hex(name.author) || hex(c.fixed.id) !== hex(name.id)) return { kind: 'altered', collection: null, report: null }
    const result = await verify(ring, c)
    const warned = changed.has(hex(c.fixed.author))
    return { ...result, kind: warned ? 'changed' : await standing(result) }
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
    return { kind: changed.has(hex(name.author)) ? 'changed' : await failure(err, ring, c), collection: null, report: null }
  }
}

/** @param {{collection: Collection, report: import('../lib/verify.js').Report}} result @returns {Promise<Kind>} */
async function standing({ collection: c, report }) {
  if (!report.author) return 'hub'
  if (c.fixed.authority.length && now() - await lastHeard() > week) return 'stale'
  return report.authority ? 'both' : 'author'
}

/** @param {GlimpseError} err @param {import('../lib/keyring.js').Keyring} ring @param {Collection|null} c @returns {Promise<Kind>} */
async function failure(err, ring, c) {
  if (err.is('ErrRevoked') || err.is('ErrExpired')) return 'revoked'
  if (!err.is('ErrUnknownKey') || !c) return 'altered'
  // The author's own seal may be good, and a word beside it by nobody who is a party to it.
  const alone = c.with({ updates: [], resolved: [], accepted: [], ends: [] })
  return verify(ring, alone).then(() => 'altered', () => 'unknown')
}

/** The drawings, which tell the kinds apart without colours. */
const marks = {
  both: 'm4 13 4 4L15 9m-4 5 3 3 7-8', author: 'm5 13 4 4L19 7', hub: 'M12 3v10m0 5v1', stale: 'M12 6v6l4 3M12 2a10 10 0 1 0 .01 0',
  unknown: 'M9 9a3 3 0 1 1 4 3q-1 .6-1 2m0 4v1', revoked: 'm6 6 12 12M12 2a10 10 0 1 0 .01 0',
  changed: 'M12 3 2 20h20zm0 6v5m0 3v1', altered: 'M12 3 2 20h20zm0 6v5m0 3v1',
}

/**
 * The badge: a drawing and a sentence, which lead to the page of keys.
 * @param {Kind} kind @param {{author: Uint8Array, id: Uint8Array}} name @returns {HTMLAnchorElement}
 */
export function badge(kind, name) {
  const alarming = kind === 'altered' || kind === 'changed' || kind === 'revoked'
  return h('a', { class: 'vouch', 'data-kind': kind, href: `/keys#${hex(name.author)}/${hex(name.id)}` },
    drawing(marks[kind]), h('span', { role: alarming ? 'alert' : null }, say('vouch.' + kind)))
}

/**
 * Shows the badge behind an element of an album's page, in the place of the one that is there.
 * @param {Element} beside @param {State} state @param {{author: Uint8Array, id: Uint8Array}} name
 */
export async function showBadge(beside, state, name) {
  await hear(hub())
  const { kind } = await vouch(state, name)
  document.querySelector('main > .vouch')?.remove()
  beside.after(badge(kind, name))
}
