// What others say of a collection, each with a seal: updates, resolutions, acceptances, ends.
import { compare, includes, zeros } from './bytes.js'
import { encode, Raw, Reader } from './cbor.js'
import { readColumn, readDictionary } from './column.js'
import { GlimpseError } from './errors.js'
import { lastMoment, role } from './fixed.js'
import { hasRank, kinds, levelOf, maxRank, withdrawn } from './label.js'
import { mostCount } from './limits.js'

/** @typedef {{issued: number, bytes: Uint8Array}} Seal issued: seconds since 1970, 0 = no clock */

/**
 * Update is what somebody says of the labels of some items.
 * @typedef {object} Update
 * @property {import('./column.js').Column} labels
 * @property {Uint8Array} labelBytes their encoding
 * @property {Uint8Array} issuer a user, or no bytes for the authority
 * @property {Seal} seal
 * @property {Uint8Array} key what its seal names
 * @property {Uint8Array} raw its encoding in a collection
 */

/** @typedef {{address: Uint8Array, user: Uint8Array, seal: Seal, key: Uint8Array}} Resolution */
/** @typedef {{seal: Seal, key: Uint8Array}} Ended */

/** The key that a seal names: see "Words". @param {Uint8Array} seal @returns {Uint8Array} */
export function namedKey(seal) {
  try {
    const r = new Reader(seal)
    if (r.head(6) === 18 && r.head(4) === 4) {
      const header = r.byteString(mostCount)
      if (header.length >= 32) return header.subarray(-32)
    }
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
  }
  return new Uint8Array(32)
}

/** @param {Reader} r @param {number} least @param {import('./limits.js').Limits} limits @returns {Seal} */
export function readSeal(r, least, limits) {
  const issued = r.uint(lastMoment)
  const at = r.at
  const bytes = r.byteString(limits.seal)
  if (bytes.length < least) r.fail('ErrNotCanonical', at)
  return { issued, bytes }
}

/** @param {Reader} r @param {number} n */
export function readLabels(r, n) {
  const from = r.at
  r.exactly(3)
  const labels = readColumn(r, n, () => readDictionary(r, mostCount, maxRank))
  return { labels, labelBytes: r.bytes.subarray(from, r.at) }
}

/** An update in a collection. @param {Reader} r @param {number} n @param {import('./limits.js').Limits} limits @returns {Update} */
export function readUpdate(r, n, limits) {
  const from = r.at
  r.exactly(4)
  const { labels, labelBytes } = readLabels(r, n)
  const at = r.at
  const issuer = r.byteString(mostCount)
  if (issuer.length && issuer.length !== 16) r.fail('ErrLength', at)
  if (issuer.length && zeros(issuer)) r.fail('ErrNotCanonical', at)
  const seal = readSeal(r, 0, limits)
  if (!saysAnything(labels)) r.fail('ErrNotCanonical', from)
  return { labels, labelBytes, issuer, seal, key: namedKey(seal.bytes), raw: r.bytes.subarray(from, r.at) }
}

/** @param {import('./column.js').Column} labels */
export const saysAnything = (labels) => labels.dict.length > 1 || labels.dict.length === 1 && labels.dict[0] !== 0

/**
 * @param {import('./column.js').Column} labels @param {Uint8Array} labelBytes @param {Uint8Array} issuer
 * @param {Seal} seal @returns {Update}
 */
export function makeUpdate(labels, labelBytes, issuer, seal) {
  const raw = encode([new Raw(labelBytes), issuer, seal.issued, seal.bytes])
  return { labels, labelBytes, issuer, seal, key: namedKey(seal.bytes), raw }
}

/**
 * Refuses what the issuer may not say, or the kind or the ladder does not have.
 * @param {import('./fixed.js').Fixed} f @param {Update} u @param {number} [at]
 */
export function mayStand(f, u, at) {
  const who = role(f, u.issuer)
  if (who === 'stranger') throw new GlimpseError('ErrNotAuthorised', at, 'neither author nor completer')
  for (const rank of Array.from(u.labels.dict)) {
    if (!hasRank(rank, f.kind, f.ladder.length)) throw new GlimpseError('ErrRank', at)
    if (levelOf(rank) === withdrawn && who !== 'author') throw new GlimpseError('ErrNotAuthorised', at, 'only the author withdraws')
  }
}

/**
 * An update that travels alone.
 * @typedef {object} UpdateDocument
 * @property {Uint8Array} identity of the collection
 * @property {import('./label.js').Kind} kind
 * @property {number} n
 * @property {Update} update
 */

/** @param {Reader} r @param {import('./limits.js').Limits} limits @returns {UpdateDocument} */
export function readUpdateDocument(r, limits) {
  const from = r.at
  let identity = new Uint8Array(0), issuer = new Uint8Array(0), bytes = new Uint8Array(0)
  let kind = kinds[0], n = 0, issued = 0
  /** @type {ReturnType<typeof readLabels>|undefined} */
  let labels
  /** @type {((at: number) => void)[]} */
  const fields = [
    () => identity = own(r.fixed(32)),
    (at) => kind = kinds[r.name(3) || r.fail('ErrNotCanonical', at)],
    (at) => (n = r.uint(limits.items)) || r.fail('ErrNotCanonical', at),
    () => labels = readLabels(r, n),
    (at) => zeros(issuer = own(issuerOf(r))) && r.fail('ErrNotCanonical', at),
    (at) => (issued = r.uint(lastMoment)) || r.fail('ErrNotCanonical', at),
    (at) => (bytes = own(r.byteString(limits.seal))).length || r.fail('ErrNotCanonical', at),
  ]
  r.fields(1, fields.length, (key, at) => void fields[key - 1](at))
  if (!identity.length || !labels) return r.fail('ErrMalformed', from)
  return { identity, kind, n, update: makeUpdate(labels.labels, labels.labelBytes, issuer, { issued, bytes }) }
}

/** @param {Uint8Array} b */
const own = (b) => /** @type {Uint8Array<ArrayBuffer>} */ (b)

/** @param {Reader} r */
function issuerOf(r) {
  const at = r.at
  const b = r.byteString(mostCount)
  if (!b.length) r.fail('ErrNotCanonical', at)
  return b.length === 16 ? b : r.fail('ErrLength', at)
}

/** @param {UpdateDocument} d @returns {Uint8Array} */
export function encodeUpdateDocument(d) {
  const { update: u } = d
  /** @type {[number, unknown, boolean][]} */
  const all = [
    [1, d.identity, true], [2, kinds.indexOf(d.kind), d.kind !== 'flag'], [3, d.n, d.n > 0], [4, new Raw(u.labelBytes), true],
    [5, u.issuer, u.issuer.length > 0], [6, u.seal.issued, u.seal.issued > 0], [7, u.seal.bytes, u.seal.bytes.length > 0],
  ]
  return encode(new Map(all.filter(([, , there]) => there).map(([key, value]) => [key, value])))
}

/**
 * A resolution or an acceptance.
 * @param {Reader} r @param {import('./fixed.js').Fixed} f @param {import('./limits.js').Limits} limits @returns {Resolution}
 */
export function readResolution(r, f, limits) {
  const from = r.at
  r.exactly(4)
  const address = r.fixed(32)
  const user = r.id(16)
  const seal = readSeal(r, 0, limits)
  if (!f.authority.length || !includes(f.addresses, address)) r.fail('ErrNotAuthorised', from)
  return { address, user, seal, key: namedKey(seal.bytes) }
}

/** @param {Reader} r @param {import('./limits.js').Limits} limits @returns {Ended} */
export function readEnded(r, limits) {
  r.exactly(2)
  const seal = readSeal(r, 1, limits)
  return { seal, key: namedKey(seal.bytes) }
}

/** @param {Resolution} a @param {Resolution} b */
export const byUser = (a, b) => compare(a.address, b.address) || compare(a.user, b.user)

/** @param {Resolution} a @param {Resolution} b */
export const byUserAndKey = (a, b) => byUser(a, b) || compare(a.key, b.key)

/** @param {{key: Uint8Array}} a @param {{key: Uint8Array}} b */
export const byKey = (a, b) => compare(a.key, b.key)

/** Which of two seals of one maker stays: the later, or the greater. @param {Seal} a @param {Seal} b */
export const laterSeal = (a, b) => (a.issued - b.issued || compare(a.bytes, b.bytes)) >= 0 ? a : b

