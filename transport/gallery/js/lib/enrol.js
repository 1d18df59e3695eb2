// How a station becomes one of a user's, as the side that joins: see package enrol and enrol.cddl.
import { same, sha256, utf8, zeros } from './bytes.js'
import { encode } from './cbor.js'
import { Station } from './client.js'
import { decodeEndpoint } from './documents.js'
import { GlimpseError } from './errors.js'
import { verifyEndpoint } from './home.js'
import { Key } from './key.js'
import { Keyring } from './keyring.js'
import { bytes, decodeMessage, digest, id, list, string, tuple } from './messages.js'
import { readKeyStatement, readRoster } from './roster.js'
import { possessionStatement, purpose } from './statements.js'

/**
 * Admitter is what a station joins: an Enrolment.
 * @typedef {object} Admitter
 * @property {(commitment: Uint8Array) => Promise<Uint8Array>} commit returns the offer
 * @property {(opening: Uint8Array) => Promise<void>} reveal
 * @property {(request: Uint8Array) => Promise<Uint8Array>} admission waits until a person has decided
 */

/**
 * Offer is what is joined. A key or an authority may be missing, not both.
 * @typedef {object} Offer
 * @property {Uint8Array} user zeros = who joins starts as one, with its own key
 * @property {Key|null} key the user key, which seals the roster; null = the authority vouches
 * @property {Key|null} authority the hub's root key
 * @property {string[]} hub base URLs, the preferred one first
 * @property {import('./documents.js').Endpoint[]} endpoints of the user's stations
 * @property {Uint8Array} nonce
 */

/** @typedef {Offer & {statement: Uint8Array}} Admission with the user, and the statement on the station's key that others are shown */

/** @type {('peer'|'device')[]} */
const roles = ['peer', 'device']
const none = new Uint8Array(0), zeroUser = new Uint8Array(16)
const offerForm = tuple({ user: id, key: bytes, authority: bytes, hub: list(string, 4), endpoints: list(bytes, 4), nonce: bytes })
const admissionForm = tuple({ request: digest, offer: bytes, statement: bytes })

/**
 * Begins to join with a key that was made here, once for each time that a person wants to. The
 * name is what people know the station by. Throws ErrMalformed, and what the admitter throws:
 * ErrNotFound where nobody may join now.
 * @param {Admitter} to @param {import('./key.js').Signer} signer @param {'peer'|'device'} role @param {string} name
 * @param {Uint8Array} [nonce] 32 random bytes
 * @returns {Promise<Joiner>}
 */
export async function join(to, signer, role, name, nonce = crypto.getRandomValues(new Uint8Array(32))) {
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(name) || utf8(name).length > 64) throw new GlimpseError('ErrMalformed', undefined, 'name')
  const says = { key: signer.key.cose, role: roles.indexOf(role), name, nonce }
  const commitment = await hash('glimpse enrol commitment', says.key, Uint8Array.of(says.role), utf8(name), nonce)
  const offered = await to.commit(commitment)
  const offer = await readOffer(offered)
  if (!offer.nonce.length) throw new GlimpseError('ErrMalformed', undefined, 'nonce')
  const opening = encode([zeroUser, says.key, says.role, name, nonce, none])
  await to.reveal(opening)
  const sum = await hash('glimpse enrol code', commitment, offered, opening)
  const code = String(new DataView(sum.buffer).getBigUint64(0) % 1000000n).padStart(6, '0')
  return new Joiner(to, signer, says, offered, offer, code.slice(0, 3) + ' ' + code.slice(3))
}

/** Joiner is a station that joins, of which no person has said yet that the codes are the same. */
export class Joiner {
  #to
  #signer
  #says
  #offered

  /**
   * @param {Admitter} to @param {import('./key.js').Signer} signer
   * @param {{key: Uint8Array, role: number, name: string, nonce: Uint8Array}} says
   * @param {Uint8Array} offered @param {Offer} offer @param {string} code
   */
  constructor(to, signer, says, offered, offer, code) {
    this.#to = to
    this.#signer = signer
    this.#says = says
    this.#offered = offered
    this.offer = offer
    /** What a person compares with the code of the other side, such as "012 345". */
    this.code = code
  }

  /**
   * Says that a person has found the codes the same, waits for the admission and verifies it.
   * Throws ErrForbidden if the answer is no, ErrChanged for an admission to something else, and
   * what keyrings throw. If the codes differ, it is not called, and nothing is to be undone.
   * @returns {Promise<Admission>}
   */
  async confirm() {
    const { key, role, name, nonce } = this.#says
    const { offer } = this
    const user = zeros(offer.user) ? await this.#signer.key.userId() : offer.user
    const at = offer.key ? none : offer.authority?.id ?? none
    const proof = await this.#signer.sign(purpose.possession, possessionStatement(at, user))
    const request = encode([user, key, role, name, nonce, proof])
    const answer = decodeMessage(admissionForm, await this.#to.admission(request))
    const fits = same(answer.request, await hash('glimpse enrol request', request)) && same(answer.offer, this.#offered)
    if (!fits) throw new GlimpseError('ErrChanged', undefined, 'an admission to something else')
    const admission = { ...offer, user, statement: answer.statement }
    await check(admission, this.#signer.key, roles[role])
    return admission
  }
}

/** @param {string} domain @param {Uint8Array[]} parts */
const hash = (domain, ...parts) => sha256(encode([domain, ...parts]))

/** @param {Uint8Array} data @returns {Promise<Offer>} */
async function readOffer(data) {
  if (data.length > 65536) throw new GlimpseError('ErrTooLarge', undefined, 'offer')
  const o = decodeMessage(offerForm, data)
  const bad = o.hub.some((url) => !url || utf8(url).length > 1024) || ![0, 32].includes(o.nonce.length) ||
    !o.key.length && !o.authority.length || zeros(o.user) && o.key.length
  if (bad) throw new GlimpseError('ErrMalformed', undefined, 'offer')
  const [key, authority] = await Promise.all([o.key, o.authority].map((b) => b.length ? Key.parse(b) : null))
  return { ...o, key, authority, endpoints: o.endpoints.map((e) => decodeEndpoint(e)) }
}

/** Whether an admission makes the station with a key one of the user's. @param {Admission} a @param {Key} key @param {string} role */
async function check(a, key, role) {
  const listed = a.key ? await inRoster(a, key, role) : await inStatement(a, key)
  if (!listed) throw new GlimpseError('ErrKey', undefined, 'an admission of another key')
  const ring = new Keyring()
  await trust(a, ring)
  for (const e of a.endpoints) {
    await verifyEndpoint(e, ring)
    if (!same(e.user, a.user)) throw new GlimpseError('ErrKey', undefined, 'an endpoint of others')
  }
}

/** @param {Admission} a @param {Key} key @param {string} role */
async function inRoster(a, key, role) {
  const r = await readRoster(a.statement)
  return same(r.user, a.user) && r.by.name === a.key?.name && r.stations.some((s) => s.key.name === key.name && s.role === role)
}

/** @param {Admission} a @param {Key} key */
async function inStatement(a, key) {
  const s = await readKeyStatement(a.statement)
  return same(s.user, a.user) && s.key.name === key.name && s.role === 'user'
}

/** Adds to a keyring whom the station trusts from now on: the authority, and its user's keys. @param {Admission} a @param {Keyring} ring */
export async function trust(a, ring) {
  if (a.authority) ring.addAuthority(a.authority)
  if (!a.key) return ring.add(a.statement)
  const r = await readRoster(a.statement)
  const introduced = r.before.length || r.countersignature.length || same(await a.key.userId(), a.user)
  if (!introduced) ring.trust(a.user, a.key)
  return ring.addRoster(a.statement)
}

/** Enrolment reaches the open attempt of a station; the invitation names it, where many may be open. @implements {Admitter} */
export class Enrolment {
  #station

  /** @param {string} base @param {string} [invitation] @param {import('./client.js').Options} [options] */
  constructor(base, invitation = '', options = {}) {
    const auth = invitation ? async () => ({ Authorization: 'Bearer ' + invitation }) : undefined
    this.#station = new Station(base, { auth, ...options })
  }

  /** @param {Uint8Array} commitment */
  commit(commitment) {
    return this.#station.call(bytes, commitment, bytes, '/v1/enrol/commitment')
  }

  /** @param {Uint8Array} opening */
  reveal(opening) {
    return this.#station.call(bytes, opening, null, '/v1/enrol/opening')
  }

  /** @param {Uint8Array} request @returns {Promise<Uint8Array>} */
  async admission(request) {
    for (;;) {
      try {
        return await this.#station.call(bytes, request, bytes, '/v1/enrol/admission')
      } catch (err) {
        if (!(err instanceof GlimpseError && err.is('ErrPending'))) throw err
      }
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}

/**
 * Invitation is what a person carries from the station that admits to one that joins.
 * @typedef {object} Invitation
 * @property {string} url of the station
 * @property {string} key thumbprint of the key that it shows there, '' = a public certificate
 * @property {string} secret names the attempt
 * @property {boolean} pinned whether the hub shows its authority's key
 */

/** Reads the text of an invitation: a URL, of which what follows the # is sent to nobody. @param {string} text @returns {Invitation} */
export function parseInvitation(text) {
  const parts = /^(https?:\/\/[^#/?]+[^#]*?)\/?(?:#([0-9a-f]{64})?(?:\.(.*?))?(\.key)?)?$/i.exec(text.trim())
  if (!parts) throw new GlimpseError('ErrMalformed', undefined, 'no invitation')
  return { url: parts[1], key: (parts[2] ?? '').toLowerCase(), secret: parts[3] ?? '', pinned: Boolean(parts[4]) }
}
