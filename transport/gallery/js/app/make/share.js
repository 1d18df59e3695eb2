// Shares an album with the hub: the browser's half of the one share rule.
import { bitsOf, hasBit } from '../../lib/bits.js'
import { compare, hex, same, values } from '../../lib/bytes.js'
import { decode } from '../../lib/collection.js'
import { GlimpseError } from '../../lib/errors.js'
import { encodeFixed } from '../../lib/fixed.js'
import { apply } from '../../lib/join.js'
import { generationOf, withdrawn } from '../../lib/label.js'
import { end, seal, update } from '../../lib/make.js'
import { next } from '../../lib/messages.js'
import { uploadBody } from '../../lib/upload.js'
import { forgetDraft, keepDraft, keepNamed } from './drafts.js'

/** @typedef {import('../../lib/collection.js').Collection} Collection */
/** @typedef {import('../../lib/upload.js').Piece} Piece */
/** @typedef {Awaited<ReturnType<import('../../lib/client.js').Station['share']>>} Answer */

/** Bytes that go in one request: what breaks off is sent once more from there. */
const most = 2 ** 20

/** How often the hub may ask again for the same. */
const patience = 3

export const now = () => Math.floor(Date.now() / 1000)

/** Sharing is one album on its way. After an error it can be run again, also after a reload. */
export class Sharing {
  /** Seal that the hub does not have yet. @type {import('../../lib/said.js').Seal|undefined} */
  #seal

  /**
   * @param {import('../../lib/client.js').Station} hub @param {import('../../lib/key.js').Signer} signer
   * @param {import('./drafts.js').Draft} draft @param {(sent: number, all: number) => void} [onProgress] versions
   */
  constructor(hub, signer, draft, onProgress = () => {}) {
    this.hub = hub
    this.signer = signer
    this.draft = draft
    this.collection = decode(draft.collection)
    this.onProgress = onProgress
    this.offers = [0, 1].map((v) => bitsOf(draft.versions.flatMap((of, i) => of[v] && this.collection.digest(i, v) ? [i] : [])))
  }

  /** Shares it, ends what it replaces, and returns the recipients whom the hub does not know. @returns {Promise<string[]>} */
  async run() {
    const filledIn = !this.collection.parts.authorSeal && this.draft.to.length > 0
    let answer = await this.#begin()
    const { unknown } = answer
    for (let again = 0, before = Infinity; ;) {
      const asked = this.#pieces(answer)
      this.onProgress(this.#all - asked.length, this.#all)
      if (!asked.length && !this.#seal && answer.next !== next.seal) break
      again = asked.length < before ? 0 : again + 1
      if (again > patience) throw new GlimpseError('ErrMalformed', undefined, 'asks again')
      before = asked.length
      answer = await this.#upload(answer, asked)
    }
    if (filledIn && this.draft.withdrawn.length) await this.hub.share({ collection: this.collection.encode() }) // no upload says it
    await this.#endReplaced()
    await keepNamed(this.collection.fixed.id, this.draft.to)
    await forgetDraft(this.collection.fixed.id)
    return unknown
  }

  get #all() {
    return this.draft.versions.reduce((n, of) => n + of.length, 0)
  }

  /** Seals the album, and withdraws in it what was withdrawn in what it replaces. @param {Collection} c */
  async #sealAll(c) {
    this.collection = await withdraw(await seal(c, this.signer, now()), this.signer, this.draft.withdrawn)
  }

  async #keep() {
    this.draft.collection = this.collection.encode()
    await keepDraft(this.collection.fixed.id, this.draft)
  }

  /** The first request: with the thumbnails behind it, unless some may have come before. @returns {Promise<Answer>} */
  async #begin() {
    const { draft, offers, hub } = this
    const sealed = this.collection.parts.authorSeal
    if (!sealed && draft.to.length) return this.#fillIn()
    if (!sealed) await this.#sealAll(this.collection)
    const share = { collection: this.collection.encode(), offers }
    const first = !draft.begun
    draft.begun = true
    await this.#keep()
    if (!first || !offers[0].length) return hub.share(share)
    return hub.push(share, uploadBody(this.#firstOfEach(0, (i) => hasBit(offers[0], i))))
  }

  /** Has the hub put in users, or blinded addresses, and seals that, if it is no more. @returns {Promise<Answer>} */
  async #fillIn() {
    const { draft, offers, hub } = this
    await this.#keep()
    const answer = await hub.share({ collection: this.collection.encode(), offers, to: draft.to })
    const theirs = answer.collection.length ? decode(answer.collection) : this.collection // all addresses are recipients'
    await this.#sealAll(filled(this.collection, theirs, draft.to.length))
    this.#seal = this.collection.parts.authorSeal ?? undefined
    draft.begun = true
    await this.#keep()
    return answer
  }

  /** Of versions with one digest the first that is wanted; the cover before others. @param {number} version @param {(i: number) => boolean} wanted @returns {Piece[]} */
  #firstOfEach(version, wanted) {
    const seen = new Set(), pieces = []
    for (let i = 0; i < this.collection.length; i++) {
      const digest = this.collection.digest(i, version), data = this.draft.versions[i]?.[version]
      if (!digest || !data || !wanted(i) || seen.has(hex(digest))) continue
      seen.add(hex(digest))
      pieces.push({ item: i, version, data })
    }
    return pieces
  }

  /** What an answer asks for that is there, from where it broke off. @param {Answer} answer @returns {Piece[]} */
  #pieces({ missing, parts }) {
    const held = new Map(parts.map((p) => [p.item + '/' + p.version, p.size]))
    return [0, 1].flatMap((v) => this.#firstOfEach(v, (i) => hasBit(missing[v], i)))
      .map((piece) => {
        const offset = held.get(piece.item + '/' + piece.version) ?? 0, data = /** @type {Blob} */ (piece.data)
        return offset > data.size ? piece : { ...piece, offset, data: data.slice(offset) }
      })
  }

  /** Uploads some of it, and the seal where it is still to come. @param {Answer} answer @param {Piece[]} asked @returns {Promise<Answer>} */
  async #upload(answer, asked) {
    let size = 0
    const some = asked.filter(({ data }, i) => (size += /** @type {Blob} */ (data).size) <= most || i === 0)
    if (answer.next === next.seal) this.collection = await seal(this.collection, this.signer, now())
    const last = answer.next === next.seal ? this.collection.parts.authorSeal : this.#seal
    try {
      const then = await this.hub.upload(this.collection.fixed, uploadBody(some, last ?? undefined))
      this.#seal = undefined
      return then
    } catch (err) {
      if (!(err instanceof GlimpseError) || !err.is('ErrOffset') && !err.is('ErrDigest')) throw err
      return this.hub.share({ collection: this.collection.encode(), offers: this.offers }) // the part that was there is not what it was
    }
  }

  async #endReplaced() {
    const { author } = this.collection.fixed
    for (const id of this.draft.replaces) {
      const state = await this.hub.collection({ author, id })
      if (state.ends.length || !state.collection.length) continue
      const ended = await end(decode(state.collection), this.signer, now())
      await this.hub.share({ collection: ended.encode() })
      await keepNamed(id, [])
    }
  }
}

/**
 * What the hub has made of a draft, if it has put in no more than one recipient for each address.
 * Throws ErrDiffers.
 * @param {Collection} draft @param {Collection} theirs @param {number} addresses @returns {Collection}
 */
export function filled(draft, theirs, addresses) {
  const { recipients, addresses: blinded } = theirs.fixed
  const those = { ...draft.fixed, recipients, addresses: blinded }
  const kept = (/** @type {Uint8Array} */ was, /** @type {Uint8Array} */ is, /** @type {number} */ size) =>
    values(was, size).every((one) => values(is, size).some((other) => same(one, other)))
  const count = (/** @type {Collection} */ c) => c.fixed.recipients.length / 16 + c.fixed.addresses.length / 32
  const fits = compare(encodeFixed(those), theirs.parts.fixedBytes) === 0 && same(draft.parts.editionBytes, theirs.parts.editionBytes) &&
    kept(draft.fixed.recipients, recipients, 16) && kept(draft.fixed.addresses, blinded, 32) && count(theirs) <= count(draft) + addresses
  if (!fits) throw new GlimpseError('ErrDiffers', undefined, 'what the hub has made of the album')
  return theirs.with({ authorSeal: null, authoritySeal: null, updates: [], resolved: [], accepted: [], ends: [] })
}

/** Withdraws items, as the author: their originals will never come. @param {Collection} c @param {import('../../lib/key.js').Signer} signer @param {number[]} places */
export async function withdraw(c, signer, places) {
  if (!places.length) return c
  const ranks = new Map(places.map((i) => [i, generationOf(c.ranks[i]) * 16 + withdrawn]))
  return apply(c, await update(c, signer, c.fixed.author, now(), ranks))
}
