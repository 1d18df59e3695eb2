// Rosters and statements on keys: their wire forms, see signature.cddl.
import { compare, same, sha256, zeros } from './bytes.js'
import { encode, Reader } from './cbor.js'
import { GlimpseError } from './errors.js'
import { lastMoment } from './fixed.js'
import { byThumbprint, Key } from './key.js'

const none = new Uint8Array(0)

/** @typedef {{key: Key, role: 'peer'|'device'|'removed', proof: Uint8Array}} Station */

/** @type {Station['role'][]} */
const roles = ['peer', 'device', 'removed']

/**
 * Roster is the list of a user's stations; see signature.cddl.
 * @typedef {object} Roster
 * @property {Uint8Array} user zeros = an authority's
 * @property {bigint} number
 * @property {Key} by
 * @property {Station[]} stations
 * @property {Uint8Array} recovery thumbprint; no bytes = none
 * @property {Key|null} next
 * @property {Uint8Array} seal
 * @property {Uint8Array} countersignature no bytes = none
 * @property {Roster[]} before
 */

/** Reads a roster; throws ErrKey. @param {Uint8Array} bytes @returns {Promise<Roster>} */
export async function readRoster(bytes) {
  return refusing(async () => {
    if (bytes.length > 65536) throw new GlimpseError('ErrLimit')
    const r = new Reader(bytes)
    r.exactly(9)
    const user = r.fixed(16), number = r.big(2n ** 64n - 1n), by = await Key.parse(r.byteString(1024))
    const stations = []
    for (let n = r.array(32); n > 0; n--) stations.push(await readStation(r))
    const recovery = name(r), following = r.byteString(1024)
    const next = following.length ? await Key.parse(following) : null
    const seal = r.byteString(1024), countersignature = r.byteString(1024), before = []
    for (let n = r.array(8); n > 0; n--) before.push(await readRoster(r.byteString(65536)))
    r.done()
    const roster = { user, number, by, stations, recovery, next, seal, countersignature, before }
    checkRoster(roster)
    return roster
  })
}

/** @param {Reader} r @returns {Promise<Station>} */
async function readStation(r) {
  r.exactly(3)
  return { key: await Key.parse(r.byteString(1024)), role: roles[r.name(3)], proof: r.byteString(1024) }
}

/** A thumbprint, or no bytes. @param {Reader} r */
function name(r) {
  const at = r.at
  const b = r.byteString(32)
  return b.length % 32 || b.length && zeros(b) ? r.fail('ErrLength', at) : b
}

/** @param {Roster} r */
function checkRoster(r) {
  const removed = r.stations.filter((s) => s.role === 'removed').length
  const authority = zeros(r.user)
  const bad = r.number === 0n || Math.max(removed, r.stations.length - removed) > 16 ||
    r.stations.some((s, i) => i > 0 && byThumbprint(r.stations[i - 1].key, s.key) >= 0) ||
    authority && (r.recovery.length > 0 || r.next || r.before.length > 0) ||
    r.before.some((b) => !same(b.user, r.user) || b.before.length > 0)
  if (bad) throw new GlimpseError('ErrKey', undefined, 'a roster that cannot be')
}

/** What is sealed of a roster. @param {Roster} r @returns {Promise<Uint8Array>} */
export async function rosterStatement(r) {
  const content = encode([r.stations.map(fields), r.recovery, r.next?.cose ?? none])
  return encode([r.user, r.number, r.by.id, await sha256(content)])
}

/** @param {Station} s */
const fields = (s) => [s.key.cose, roles.indexOf(s.role), s.proof]

/** @param {Roster} r @returns {Uint8Array} */
export const encodeRoster = (r) => encode([
  r.user, r.number, r.by.cose, r.stations.map(fields), r.recovery, r.next?.cose ?? none, r.seal, r.countersignature,
  r.before.map(encodeRoster),
])

/**
 * KeyStatement is an authority's word on a key. Moments are seconds since 1970, 0 = none.
 * @typedef {object} KeyStatement
 * @property {Uint8Array} user
 * @property {Key} key
 * @property {'user'|'authority'|'revoked'} role
 * @property {number} from
 * @property {number} until
 * @property {number} issued
 * @property {Uint8Array} seal
 */

/** @type {KeyStatement['role'][]} */
const words = ['user', 'authority', 'revoked']

/** Reads a sealed statement on a key; throws ErrKey. @param {Uint8Array} bytes @returns {Promise<KeyStatement>} */
export async function readKeyStatement(bytes) {
  return refusing(async () => {
    if (bytes.length > 4096) throw new GlimpseError('ErrLimit')
    const r = new Reader(bytes)
    r.exactly(7)
    const user = r.fixed(16), role = words[r.name(3)]
    const from = r.uint(lastMoment), until = r.uint(lastMoment), issued = r.uint(lastMoment)
    const key = await Key.parse(r.byteString(1024)), seal = r.byteString(1024)
    r.done()
    const fits = role === 'revoked' || zeros(user) === (role === 'authority')
    if (!issued || !fits) throw new GlimpseError('ErrKey', undefined, 'a statement that cannot be')
    return { user, key, role, from, until, issued, seal }
  })
}

/** What is sealed of it. @param {KeyStatement} s */
export const keyStatement = (s) => encode([s.user, s.key.id, words.indexOf(s.role), s.from, s.until, s.issued])

/** @param {KeyStatement} s */
export const encodeKeyStatement = (s) =>
  encode([s.user, words.indexOf(s.role), s.from, s.until, s.issued, s.key.cose, s.seal])

/** Whether a statement is later than another. @param {KeyStatement} a @param {{from: number, until: number, issued: number}} b */
export const isLater = (a, b) => (a.issued - b.issued ||
  compare(encode([a.from, a.until, a.issued]), encode([b.from, b.until, b.issued]))) > 0

/** @template T @param {() => Promise<T>} read @returns {Promise<T>} */
async function refusing(read) {
  try {
    return await read()
  } catch (err) {
    if (!(err instanceof GlimpseError) || err.code === 'ErrKey') throw err
    throw new GlimpseError('ErrKey', err.offset, err.message)
  }
}
