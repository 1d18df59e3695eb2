// The fixed part: who shares what with whom.
import { compare, concat, hex, includes, same, zeros } from './bytes.js'
import { encode } from './cbor.js'
import { defaultLadder, kinds } from './label.js'

/** The last moment that can be said, in seconds: the end of the year 9999. */
export const lastMoment = 253402300799

const none = new Uint8Array(0)

/**
 * Fixed is the fixed part of a collection; sets and columns are byte strings, empty if there is nobody.
 * @typedef {object} Fixed
 * @property {Uint8Array} id
 * @property {Uint8Array} author
 * @property {number} created milliseconds since 1970; 0 = unknown
 * @property {import('./label.js').Kind} kind
 * @property {import('./label.js').Version[]} ladder smallest first
 * @property {Uint8Array} items column of ids
 * @property {Uint8Array} recipients set of users
 * @property {Uint8Array} addresses set of blinded addresses
 * @property {Uint8Array} completers set of users
 * @property {Uint8Array} authority thumbprint; empty = none
 * @property {Uint8Array} subs set of names
 * @property {Uint8Array} replaces set of ids
 */

/** @returns {Fixed} */
export const emptyFixed = () => ({
  id: none, author: none, created: 0, kind: 'flag', ladder: defaultLadder(), items: none, recipients: none,
  addresses: none, completers: none, authority: none, subs: none, replaces: none,
})

/**
 * @param {import('./cbor.js').Reader} r @param {import('./limits.js').Limits} limits @returns {Fixed}
 */
export function readFixed(r, limits) {
  const f = emptyFixed()
  const from = r.at
  /** @type {Record<number, (at: number) => void>} */
  const fields = {
    1: () => f.id = r.id(16),
    2: () => f.author = r.id(16),
    3: (at) => (f.created = r.uint(lastMoment * 1000 + 999)) || r.fail('ErrNotCanonical', at),
    4: (at) => f.kind = kinds[r.name(3) || r.fail('ErrNotCanonical', at)],
    5: () => f.ladder = readLadder(r),
    6: () => f.items = strings(r, 16, limits.items),
    7: () => f.recipients = set(r, 16, limits.recipients),
    8: () => f.addresses = set(r, 32, limits.recipients),
    9: () => f.completers = set(r, 16, limits.recipients),
    10: (at) => zeros(f.authority = r.fixed(32)) && r.fail('ErrNotCanonical', at),
    11: () => f.subs = set(r, 32, limits.subs),
    12: (at) => replaces(f.replaces = set(r, 16, 16), f.id) && r.fail('ErrMalformed', at, 'it replaces itself'),
  }
  r.fields(1, 12, (key, at) => void fields[key](at))
  if (!f.id.length || !f.author.length) r.fail('ErrMalformed', from, 'no id or no author')
  r.done()
  return f
}

/** @param {Uint8Array} ids @param {Uint8Array} id */
function replaces(ids, id) {
  for (let i = 0; i < ids.length; i += 16) if (same(ids.subarray(i, i + 16), id)) return true
  return false
}

/** @param {import('./cbor.js').Reader} r @param {number} size @param {number} most */
function strings(r, size, most) {
  const at = r.at
  const b = r.byteString(size * most)
  if (b.length === 0) r.fail('ErrNotCanonical', at)
  if (b.length % size) r.fail('ErrLength', at)
  return b
}

/** @param {import('./cbor.js').Reader} r @param {number} size @param {number} most */
function set(r, size, most) {
  const at = r.at
  const b = strings(r, size, most)
  if (zeros(b.subarray(0, size))) r.fail('ErrZero', at)
  for (let i = size; i < b.length; i += size) {
    if (compare(b.subarray(i - size, i), b.subarray(i, i + size)) >= 0) r.fail('ErrOrder', at)
  }
  return b
}

/** @param {import('./cbor.js').Reader} r @returns {import('./label.js').Version[]} */
function readLadder(r) {
  const at = r.at
  const ladder = []
  const names = new Set()
  let known = 0n
  for (let n = r.array(14); n > 0; n--) {
    r.exactly(2)
    const name = r.textBytes(255)
    const pixels = r.big()
    if (!name.length || name.length > 64 || name.some((b) => b < 0x20 || b === 0x7f)) r.fail('ErrLadder', at)
    if (names.has(hex(name)) || pixels && pixels < known) r.fail('ErrLadder', at)
    names.add(hex(name))
    known = pixels || known
    ladder.push({ name: new TextDecoder().decode(name), pixels })
  }
  if (!ladder.length) r.fail('ErrLadder', at)
  if (isDefault(ladder)) r.fail('ErrNotCanonical', at)
  return ladder
}

/** @param {import('./label.js').Version[]} ladder */
function isDefault(ladder) {
  const usual = defaultLadder()
  return ladder.length === usual.length && ladder.every((v, i) => v.name === usual[i].name && v.pixels === usual[i].pixels)
}

/** The encoding. @param {Fixed} f @returns {Uint8Array} */
export function encodeFixed(f) {
  /** @type {[number, unknown, boolean][]} */
  const all = [
    [1, f.id, true], [2, f.author, true], [3, f.created, f.created > 0], [4, kinds.indexOf(f.kind), f.kind !== 'flag'],
    [5, f.ladder.map((v) => [v.name, v.pixels]), !isDefault(f.ladder)],
  ]
  const rest = [f.items, f.recipients, f.addresses, f.completers, f.authority, f.subs, f.replaces]
  rest.forEach((b, i) => all.push([6 + i, b, b.length > 0]))
  return encode(new Map(all.filter(([, , there]) => there).map(([key, value]) => [key, value])))
}

/** A set of values, in order and each once. @param {Uint8Array[]} list @returns {Uint8Array} */
export function setOf(list) {
  const sorted = [...list].sort(compare)
  return concat(sorted.filter((b, i) => i === 0 || !same(b, sorted[i - 1])))
}

/**
 * What a user is to a collection; the authority is no bytes.
 * @param {Fixed} f @param {Uint8Array} user
 * @returns {'author'|'authority'|'completer'|'stranger'}
 */
export function role(f, user) {
  if (!user.length) return f.authority.length ? 'authority' : 'stranger'
  if (same(user, f.author)) return 'author'
  return includes(f.completers, user) ? 'completer' : 'stranger'
}
