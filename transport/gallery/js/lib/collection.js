// A collection: reading, writing, and what follows of its parts.
import { includes, same, sha256 } from './bytes.js'
import { encode, Raw, Reader } from './cbor.js'
import { captionsOf, emptyEdition, encodeEdition, previewsOf, readEdition } from './edition.js'
import { GlimpseError } from './errors.js'
import { encodeFixed, readFixed } from './fixed.js'
import { Index } from './index-of.js'
import { levelOf, withdrawn, complete } from './label.js'
import { mostCount, withDefaults } from './limits.js'
import { byKey, byUser, byUserAndKey, mayStand, readEnded, readResolution, readSeal, readUpdate } from './said.js'
import { bar, byWriter, overBar, stateOf } from './words.js'

/** The tag of every collection: "glim". */
const tag = 0x676c696d

/** How many are carried of one address or one issuer. */
export const most = { resolved: 16, accepted: 256, keys: 16, ends: 16 }

const empty = Uint8Array.of(0xa0)

/** @typedef {import('./said.js').Seal} Seal */
/** @typedef {import('./said.js').Update} Update */
/** @typedef {import('./said.js').Resolution} Resolution */
/** @typedef {import('./said.js').Ended} Ended */

/**
 * Parts are what a collection is made of; lists ascend as collection.cddl says.
 * @typedef {object} Parts
 * @property {import('./fixed.js').Fixed} fixed
 * @property {Uint8Array} fixedBytes
 * @property {import('./edition.js').Edition} edition
 * @property {Uint8Array} editionBytes
 * @property {Seal|null} authorSeal
 * @property {Seal|null} authoritySeal
 * @property {Update[]} updates
 * @property {Resolution[]} resolved
 * @property {Resolution[]} accepted
 * @property {Ended[]} ends
 */

/**
 * Collection is an immutable value. It keeps the bytes that it was decoded from, which must
 * not be changed.
 */
export class Collection {
  /** @type {Uint32Array|undefined} */
  #ranks
  /** @type {Index|undefined} */
  #index
  /** By items' numbers, places among the names. @type {Uint32Array|undefined} */
  #types
  /** @type {Promise<Uint8Array>|undefined} */
  #identity
  /** @type {Promise<Uint8Array>|undefined} */
  #editionDigest

  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts
    this.fixed = parts.fixed
    this.edition = parts.edition
    /** How many items there are. */
    this.length = parts.fixed.items.length / 16
  }

  /** What everything that is said of the collection binds to. @returns {Promise<Uint8Array>} */
  identity() {
    return this.#identity ??= sha256(this.parts.fixedBytes)
  }

  /** @returns {Promise<Uint8Array>} */
  editionDigest() {
    return this.#editionDigest ??= sha256(this.parts.editionBytes)
  }

  /** The ranks of all items: the state; not to be changed. @returns {Uint32Array} */
  get ranks() {
    return this.#ranks ??= stateOf(this.fixed, this.length, this.parts.updates)
  }

  /** How many items have a label. */
  get labelled() {
    const ranks = this.ranks
    let n = 0
    for (let i = 0; i < ranks.length; i++) if (levelOf(ranks[i]) !== complete) n++
    return n
  }

  get ended() {
    return this.parts.ends.length > 0
  }

  /** @param {number} i @returns {Uint8Array} */
  id(i) {
    return this.fixed.items.subarray(16 * i, 16 * i + 16)
  }

  /**
   * Looks for ids that are zeros or there twice, which decoding does not.
   * @returns {Collection}
   */
  validate() {
    this.#index ??= new Index(this.fixed.items)
    if (this.#index.zero >= 0) throw new GlimpseError('ErrZero', undefined, 'item ' + this.#index.zero)
    if (this.#index.duplicate >= 0) throw new GlimpseError('ErrDuplicate', undefined, 'item ' + this.#index.duplicate)
    return this
  }

  /** The number of the item with an id, or -1. @param {Uint8Array} id */
  find(id) {
    this.validate()
    return id.length === 16 ? /** @type {Index} */ (this.#index).find(id) : -1
  }

  /** The captions by items' numbers. */
  get captions() {
    return captionsOf(this.edition)
  }

  /** The previews by items' numbers, none of withdrawn items. @returns {Map<number, Uint8Array>} */
  get previews() {
    const all = previewsOf(this.edition)
    for (const [i, preview] of all) if (!preview.length || levelOf(this.ranks[i]) === withdrawn) all.delete(i)
    return all
  }

  /** @param {number} i @returns {string} the media type of an item's complete version */
  mediaType(i) {
    const { types } = this.edition
    this.#types ??= types?.column.unpack()
    return types?.names[this.#types?.[i] ?? 0] ?? ''
  }

  /** The digest of a version of an item, null if it is not known. @param {number} i @param {number} version */
  digest(i, version) {
    const d = this.edition.digests[version]?.subarray(32 * i, 32 * i + 32)
    return d?.some((b) => b) ? d : null
  }

  /** Whether a user may read it. @param {Uint8Array} user */
  mayRead(user) {
    return this.#names(user) || this.parts.resolved.some((r) => same(r.user, user))
  }

  /** Whether a user may read complete versions, too. @param {Uint8Array} user */
  mayReadComplete(user) {
    return this.#names(user) || this.parts.resolved.some((r) =>
      same(r.user, user) && this.parts.accepted.some((a) => byUser(a, r) === 0))
  }

  /** @param {Uint8Array} user */
  #names(user) {
    const { author, recipients, completers } = this.fixed
    return same(user, author) || includes(recipients, user) || includes(completers, user)
  }

  /** @returns {Uint8Array} */
  encode() {
    const p = this.parts
    const said = (/** @type {Resolution[]} */ list) => list.map((r) => [r.address, r.user, r.seal.issued, r.seal.bytes])
    const seal = (/** @type {Seal|null} */ s) => s && [s.issued, s.bytes]
    /** @type {[number, unknown, unknown][]} */
    const all = [
      [1, encodeFixed(p.fixed), true], [2, encodeEdition(p.edition), p.editionBytes.length > 1],
      [3, seal(p.authorSeal), p.authorSeal], [4, seal(p.authoritySeal), p.authoritySeal],
      [5, p.updates.map((u) => new Raw(u.raw)), p.updates.length], [6, said(p.resolved), p.resolved.length],
      [7, said(p.accepted), p.accepted.length], [8, p.ends.map((e) => seal(e.seal)), p.ends.length],
    ]
    const map = encode(new Map(all.filter(([, , there]) => there).map(([key, value]) => [key, value])))
    const bytes = new Uint8Array(5 + map.length)
    bytes.set([0xda, 0x67, 0x6c, 0x69, 0x6d])
    bytes.set(map, 5)
    return bytes
  }

  /** The same with other parts. @param {Partial<Parts>} parts */
  with(parts) {
    return new Collection({ ...this.parts, ...parts })
  }
}

/**
 * Reads a collection, or throws a GlimpseError with the place.
 * @param {Uint8Array} bytes @param {Partial<import('./limits.js').Limits>} [limits] @returns {Collection}
 */
export function decode(bytes, limits) {
  const l = withDefaults(limits)
  const r = new Reader(bytes)
  if (bytes.length > l.size) r.fail('ErrLimit')
  const from = r.at
  if (r.head(6) !== tag) r.fail('ErrType', from)
  const parts = readParts(r, l)
  r.done()
  return new Collection(parts)
}

/** @param {Reader} r @param {import('./limits.js').Limits} l @returns {Parts} */
function readParts(r, l) {
  const from = r.at
  /** @type {Partial<Parts>} */
  const p = { updates: [], resolved: [], accepted: [], ends: [], authorSeal: null, authoritySeal: null }
  const fixed = (at = from) => p.fixed ?? r.fail('ErrMalformed', at, 'no fixed part')
  /** @type {((at: number) => void)[]} */
  const fields = [
    () => [p.fixed, p.fixedBytes] = nested(r, l, (r) => readFixed(r, l)),
    (at) => {
      const f = fixed(at);
      [p.edition, p.editionBytes] = nested(r, l, (r) => readEdition(r, f.items.length / 16, f.ladder.length, l))
      if (p.editionBytes.length < 2) r.fail('ErrNotCanonical', at)
    },
    (at) => fixed(at) && (p.authorSeal = readEditionSeal(r, l)),
    (at) => {
      p.authoritySeal = readEditionSeal(r, l)
      if (!fixed(at).authority.length) r.fail('ErrNotAuthorised', at)
    },
    (at) => p.updates = readUpdates(r, fixed(at), l),
    (at) => p.resolved = readResolutions(r, fixed(at), l, most.resolved, byUser),
    (at) => p.accepted = readResolutions(r, fixed(at), l, most.accepted, byUserAndKey),
    (at) => fixed(at) && (p.ends = list(r, most.ends, 3, () => readEnded(r, l), byKey)),
  ]
  r.fields(1, fields.length, (key, at) => fields[key - 1](at))
  fixed()
  return /** @type {Parts} */ ({ edition: emptyEdition(), editionBytes: empty, ...p })
}

/**
 * What a byte string encodes, and its bytes.
 * @template T @param {Reader} r @param {import('./limits.js').Limits} l @param {(r: Reader) => T} read
 * @returns {[T, Uint8Array]}
 */
function nested(r, l, read) {
  const inner = r.within(l.size)
  const bytes = inner.bytes.subarray(inner.at, inner.end)
  return [read(inner), bytes]
}

/** @param {Reader} r @param {import('./limits.js').Limits} l */
function readEditionSeal(r, l) {
  r.exactly(2)
  return readSeal(r, 1, l)
}

/**
 * Reads a list that ascends and is not empty, of values of at least size bytes.
 * @template T @param {Reader} r @param {number} max @param {number} size @param {() => T} read
 * @param {(a: T, b: T) => number} order @returns {T[]}
 */
function list(r, max, size, read, order) {
  const from = r.at
  const n = r.array(max)
  if (n === 0) r.fail('ErrNotCanonical', from)
  if (n * size > r.end - r.at) r.fail('ErrTruncated', from)
  /** @type {T[]} */
  const all = []
  for (let i = 0; i < n; i++) {
    const at = r.at
    all.push(read())
    if (i > 0 && order(all[i - 1], all[i]) >= 0) r.fail('ErrOrder', at)
  }
  return all
}

/** @param {Reader} r @param {import('./fixed.js').Fixed} f @param {import('./limits.js').Limits} l */
function readUpdates(r, f, l) {
  const n = f.items.length / 16
  /** @type {number[]} */
  const places = []
  const updates = list(r, mostCount, 6, () => {
    places.push(r.at)
    const u = readUpdate(r, n, l)
    mayStand(f, u, places[places.length - 1])
    return u
  }, byWriter)
  const height = bar(updates)
  updates.forEach((u, i) => {
    if (i >= most.keys && same(updates[i - most.keys].issuer, u.issuer)) r.fail('ErrLimit', places[i])
    if (!overBar(u, height)) r.fail('ErrNotCanonical', places[i], 'nothing over the bar')
  })
  return updates
}

/**
 * @param {Reader} r @param {import('./fixed.js').Fixed} f @param {import('./limits.js').Limits} l
 * @param {number} most @param {(a: Resolution, b: Resolution) => number} order
 */
function readResolutions(r, f, l, most, order) {
  const from = r.at
  const all = list(r, most * l.recipients, 54, () => readResolution(r, f, l), order)
  for (let i = most; i < all.length; i++) {
    if (same(all[i - most].address, all[i].address)) r.fail('ErrLimit', from)
  }
  return all
}
