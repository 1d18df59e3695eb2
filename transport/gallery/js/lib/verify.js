// Who vouches for a collection: every seal is checked.
import { hex, same } from './bytes.js'
import { GlimpseError } from './errors.js'
import { addressStatement, editionStatement, endStatement, purpose, updateStatement } from './statements.js'
import { byKey } from './said.js'

/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {import('./said.js').Seal} Seal */

/**
 * Verifier says whose key a seal was made with; a Keyring is one. For an authority it returns
 * no user, and its root key.
 * @typedef {{verify(type: string, statement: Uint8Array, seal: Uint8Array, issued: number):
 *   Promise<{user: Uint8Array, key: Uint8Array}>}} Verifier
 */

/** @typedef {{by: string, key: string, at: number}} Said by: user, empty = the authority */

/**
 * Report tells who vouches for what; author or authority are null where their seal is not there.
 * Revoked are the seals that were left out, since their key has ended.
 * @typedef {object} Report
 * @property {Said|null} author
 * @property {Said|null} authority
 * @property {Said[]} updates
 * @property {Said[]} ends
 * @property {Said[]} revoked
 */

/**
 * Checks every seal, and returns the collection without what keys have said that have ended
 * since. Throws a GlimpseError if a seal is missing, unknown or bad, or nobody vouches for the
 * edition.
 * @param {Verifier} verifier @param {Collection} c
 * @returns {Promise<{collection: Collection, report: Report}>}
 */
export async function verify(verifier, c) {
  const check = new Check(verifier, c, await c.identity())
  const { authorSeal } = await check.edition()
  const { parts: p, fixed: f } = c
  const updates = await check.those(p.updates, purpose.update, (u) => [u.issuer, u.seal], check.report.updates,
    (u) => updateStatement(check.identity, u.labelBytes, u.issuer, u.seal.issued))
  for (const r of p.resolved) {
    await check.said(purpose.address, addressStatement(check.identity, r.address, r.user, r.seal.issued), new Uint8Array(0), r.seal)
  }
  const accepted = await check.those(p.accepted, purpose.acceptance, (a) => [f.author, a.seal], [],
    async (a) => addressStatement(check.identity, a.address, a.user, a.seal.issued))
  const ends = await check.those(p.ends, purpose.end, (e) => [f.author, e.seal], check.report.ends,
    async (e) => endStatement({ author: f.author, id: f.id, identity: check.identity, seal: e.seal }))
  return { collection: c.with({ authorSeal, updates, accepted, ends: ends.sort(byKey) }), report: check.report }
}

/** Check is one verification under way. */
class Check {
  /** @param {Verifier} verifier @param {Collection} c @param {Uint8Array} identity */
  constructor(verifier, c, identity) {
    this.verifier = verifier
    this.c = c
    this.identity = identity
    /** @type {Report} */
    this.report = { author: null, authority: null, updates: [], ends: [], revoked: [] }
  }

  /** The author's seal stands unless its key has ended; then the authority's must. */
  async edition() {
    const { parts: p, fixed: f } = this.c
    const { report } = this
    /** @type {unknown} */
    let refused
    try {
      report.author = await this.said(purpose.edition, await this.#editionBy(p.authorSeal), f.author, p.authorSeal)
    } catch (err) {
      if (!hasEnded(err) && !unsigned(err)) throw err
      refused = err
    }
    if (p.authoritySeal) {
      report.authority = await this.said(purpose.edition, await this.#editionBy(p.authoritySeal), new Uint8Array(0), p.authoritySeal)
    }
    if (!report.author && !report.authority) throw refused
    return { authorSeal: report.author && p.authorSeal }
  }

  /** @param {Seal|null} seal */
  #editionBy(seal) {
    return editionStatement(this.c, seal?.issued ?? 0)
  }

  /**
   * Checks what each key says for itself, and returns what counts.
   * @template {{key: Uint8Array}} T @param {T[]} list @param {string} type @param {(t: T) => [Uint8Array, Seal]} by
   * @param {Said[]} report @param {(t: T) => Promise<Uint8Array>} statement @returns {Promise<T[]>}
   */
  async those(list, type, by, report, statement) {
    const stand = []
    for (const one of list) {
      const [user, seal] = by(one)
      try {
        const said = await this.said(type, await statement(one), user, seal)
        if (user.length && said.key !== hex(one.key)) throw new GlimpseError('ErrBadSeal', undefined, 'it names another key')
        report.push(said)
        stand.push(one)
      } catch (err) {
        if (!hasEnded(err)) throw err
        this.report.revoked.push({ by: hex(user), key: '', at: seal.issued })
      }
    }
    return stand
  }

  /**
   * Checks one seal, by a user or, for no bytes, by the collection's authority.
   * @param {string} type @param {Uint8Array} statement @param {Uint8Array} by @param {Seal|null} seal
   * @returns {Promise<Said>}
   */
  async said(type, statement, by, seal) {
    if (!seal?.bytes.length) throw new GlimpseError('ErrUnsigned')
    const { user, key } = await this.verifier.verify(type, statement, seal.bytes, seal.issued)
    const ok = by.length ? same(user, by) : !user.length && same(key, this.c.fixed.authority)
    if (!ok) throw new GlimpseError('ErrNotAuthorised', undefined, 'a seal of ' + hex(user) + ' by ' + hex(key))
    return { by: hex(by), key: hex(key), at: seal.issued }
  }
}

/** @param {unknown} err */
const hasEnded = (err) => err instanceof GlimpseError && (err.is('ErrRevoked') || err.is('ErrExpired'))

/** @param {unknown} err */
const unsigned = (err) => err instanceof GlimpseError && err.is('ErrUnsigned')
