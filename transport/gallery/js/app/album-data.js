// An album as its page has it: the collection, who vouches for it, its labels and pictures.
import { hex, same, unhex } from '../lib/bytes.js'
import { Station } from '../lib/client.js'
import { decode } from '../lib/collection.js'
import { decodeEnd, decodeUpdate } from '../lib/documents.js'
import { GlimpseError } from '../lib/errors.js'
import { Gate } from '../lib/gate.js'
import { apply, merge } from '../lib/join.js'
import { complete, levelOf, withdrawn } from '../lib/label.js'
import { namedKey } from '../lib/said.js'
import { verify } from '../lib/verify.js'
import { forget, recall, remember } from './album-seen.js'
import { ringOf } from './ring.js'

/** @typedef {import('../lib/messages.js').Of<typeof import('../lib/messages.js').state>} State */

/**
 * How it is with an item: 'here' = its original is in the page; 'there' = on the network;
 * 'pending', 'withdrawn', 'forbidden' (to this reader), 'unreachable' (on the network, and nobody
 * serves it now), 'unverified' (nobody vouches for the album, so nothing is believed of it).
 * @typedef {'here'|'there'|'pending'|'withdrawn'|'forbidden'|'unreachable'|'unverified'} Standing
 */

/** What keeps an original from this browser, and says nothing of where it is. @type {Set<string|undefined>} */
const ownReasons = new Set(['station', 'room'])

/**
 * Album is an EventTarget: 'labels' when what is known of items has changed, 'edition' when all
 * else has, too, 'thumb' and 'original' with an item's number as detail.
 */
export class Album extends EventTarget {
  collection = /** @type {import('../lib/collection.js').Collection} */ (/** @type {unknown} */ (null))
  /** Whose seals vouch for it: the author's, the hub's word alone, or nobody's. @type {'author'|'hub'|'nobody'} */
  vouched = 'nobody'
  /** @type {import('../lib/verify.js').Report|null} */
  report = null
  /** @type {import('../lib/keyring.js').Keyring|undefined} */
  ring
  /** The statements that the ring has heard, in hexadecimal. @type {Set<string>} */
  #learnt = new Set()
  /** When it was read, if it is not read now; milliseconds since 1970. */
  asOf = 0
  /** @type {Map<number, {blob: Blob, from: string}>} */
  originals = new Map()
  /** Why originals could not be had, by items. @type {Map<number, Error & {kind?: import('./originals.js').Reason}>} */
  missing = new Map()

  /** @param {string} author @param {string} id @param {string} user all in hexadecimal @param {Station} [station] */
  constructor(author, id, user, station = new Station(location.origin)) {
    super()
    this.name = { author: unhex(author), id: unhex(id) }
    this.key = author + '/' + id
    this.user = unhex(user)
    this.station = station
  }

  /** Reads it from the station, or what was seen of it where nobody answers. */
  async load() {
    try {
      await this.take(await this.station.collection(this.name))
      this.asOf = 0
    } catch (err) {
      if (!(err instanceof GlimpseError)) throw err
      const seen = err.is('ErrUnreachable') && await recall(this.key)
      if (!seen) {
        if (!err.is('ErrUnreachable')) await forget(this.key)
        throw err
      }
      await this.take(seen.state)
      this.asOf = seen.at
    }
    return this
  }

  /** Takes a state of the whole. @param {State} state */
  async take(state) {
    this.state = state
    await this.#believe(await this.#joined(decode(state.collection), state))
    this.captions = this.collection.captions
    this.previews = this.collection.previews
    this.gate = new Gate(this.collection.fixed.kind, this.collection.fixed.ladder.length)
    this.dispatchEvent(new Event('edition'))
    await remember(this.key, state)
  }

  /** Joins what a state says of labels and ends. @param {State} state */
  async join(state) {
    if (!this.state) return
    this.state = { ...state, collection: this.state.collection, updates: [...this.state.updates, ...state.updates] }
    await this.#believe(await this.#joined(this.collection, state))
    this.dispatchEvent(new Event('labels'))
    await remember(this.key, { ...this.state, collection: this.collection.encode(), updates: [] })
  }

  /** @param {import('../lib/collection.js').Collection} c @param {State} state */
  async #joined(c, state) {
    for (const bytes of state.updates) c = await apply(c, decodeUpdate(bytes))
    const ends = state.ends.map((bytes) => decodeEnd(bytes)).filter((e) => same(e.id, c.fixed.id))
    return merge(c, c.with({ ends: ends.map(({ seal }) => ({ seal, key: namedKey(seal.bytes) })) }))
  }

  /** Finds out who vouches. @param {import('../lib/collection.js').Collection} c */
  async #believe(c) {
    /** @type {Uint8Array[]} */
    const keys = this.state?.keys ?? []
    const names = keys.map(hex)
    if (!this.ring || names.some((name) => !this.#learnt.has(name))) this.ring = (await ringOf(keys)).ring
    for (const name of names) this.#learnt.add(name)
    for (const [verifier, vouched] of /** @type {const} */ ([[this.ring, 'author'], [this.station, 'hub']])) {
      try {
        const { collection, report } = await verify(verifier, c)
        this.collection = collection
        this.report = report
        this.vouched = report.author ? vouched : 'hub'
        return
      } catch (err) {
        this.doubt = err
        if (!(err instanceof GlimpseError && err.is('ErrUnknownKey'))) break
      }
    }
    this.collection = c
    this.vouched = 'nobody'
  }

  /** The place of the complete version on the ladder. */
  get last() {
    return this.collection.fixed.ladder.length - 1
  }

  /** What the gate is told of an item. @param {number} i @returns {import('../lib/gate.js').Holder} */
  holder(i) {
    const held = this.originals.has(i) ? [0, this.last] : [0]
    return { held, author: same(this.user, this.collection.fixed.author), unaccepted: !this.collection.mayReadComplete(this.user) }
  }

  /** Why not, or null: see Gate. @param {number} i @param {import('../lib/gate.js').Right} right @param {number} [version] */
  refusal(i, right, version = this.last) {
    return /** @type {Gate} */ (this.gate).check(this.collection.ranks[i], right, version, this.holder(i))
  }

  /** Where an address says that an item is open: by its id, which is its own in a successor, too. @param {number} i */
  hash(i) {
    return '#item-' + hex(this.collection.id(i))
  }

  /** The item that an address says is open, -1 if there is none. @param {string} hash */
  at(hash) {
    const [, id] = /^#item-([0-9a-f]{32})$/.exec(hash) ?? []
    return id ? this.collection.find(unhex(id)) : -1
  }

  /** @param {number} i @returns {Standing} */
  standing(i) {
    if (this.originals.has(i)) return 'here'
    const level = levelOf(this.collection.ranks[i])
    if (level === withdrawn) return 'withdrawn'
    if (this.vouched === 'nobody') return 'unverified'
    if (level !== complete) return 'pending'
    if (this.refusal(i, 'fetch')) return 'forbidden'
    const why = this.missing.get(i)
    return why && !ownReasons.has(why.kind) ? 'unreachable' : 'there'
  }

  /** Fetches the original of an item. @param {number} i @param {{signal?: AbortSignal, onProgress?: (done: number, size: number) => void}} [options] */
  async fetchOriginal(i, options = {}) {
    const { original } = await import('./originals.js')
    try {
      const got = await original(this, i, options)
      this.missing.delete(i)
      this.originals.set(i, got)
      return got
    } catch (err) {
      if (!options.signal?.aborted) this.missing.set(i, /** @type {Error} */ (err))
      throw err
    } finally {
      this.dispatchEvent(new CustomEvent('original', { detail: i }))
    }
  }
}

/** The key of an album by its name. @param {{author: Uint8Array, id: Uint8Array}} name */
export const keyOf = ({ author, id }) => hex(author) + '/' + hex(id)
