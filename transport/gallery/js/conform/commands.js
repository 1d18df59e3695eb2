// The commands of internal/conformance/README.md, answered with this library.
import { concat, hex, sha256, unhex } from '../lib/bytes.js'
import { decode } from '../lib/collection.js'
import { decodeEnd, decodeEndpoint, decodeUpdate, encodeEnd, encodeEndpoint, encodeUpdate } from '../lib/documents.js'
import { GlimpseError } from '../lib/errors.js'
import { Gate } from '../lib/gate.js'
import { apply, merge } from '../lib/join.js'
import { Key, Signer } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import { blind, make, seal, update } from '../lib/make.js'
import * as messages from '../lib/messages.js'
import { verify } from '../lib/verify.js'
import { describe, describeEnd, describeEndpoint, describeUpdate } from './describe.js'

/** @typedef {Record<string, any>} Message */

/** @type {Record<string, (m: Message) => Promise<Message>>} */
const commands = {
  async decode(m) {
    const b = unhex(m.data ?? '')
    const { want, encoded, validate } = await read(m, b)
    return { want, again: hex(await sha256(encoded)), ...validate && { validate } }
  },
  async message(m) {
    const name = m.kind.replace(/-(.)/g, (/** @type {string} */ _, /** @type {string} */ c) => c.toUpperCase())
    const kind = /** @type {Record<string, any>} */ (messages)[name]
    return { again: hex(await sha256(messages.encodeMessage(kind, messages.decodeMessage(kind, unhex(m.data ?? ''))))) }
  },
  async apply(m) {
    return { data: hex((await apply(decode(unhex(m.collection)), decodeUpdate(unhex(m.update)))).encode()) }
  },
  async merge(m) {
    return { data: hex((await merge(decode(unhex(m.collection)), decode(unhex(m.other)))).encode()) }
  },
  async verify(m) {
    const { collection, report } = await verify(await keyring(m), decode(unhex(m.collection)))
    return { data: hex(collection.encode()), report }
  },
  async check(m) {
    const refusal = new Gate(m.kind, m.versions).check(m.rank ?? 0, m.right, m.version ?? 0, m)
    return refusal ? { allowed: false, reason: refusal.reason, lift: refusal.lift } : { allowed: true }
  },
  make: makeShare,
}

/** Reads any of the documents. @param {Message} m @param {Uint8Array} b */
async function read(m, b) {
  if (m.kind === 'update') {
    const u = decodeUpdate(b, m.limits)
    return { want: await describeUpdate(u.update, hex(u.identity), u.kind), encoded: encodeUpdate(u) }
  }
  if (m.kind === 'end') {
    const e = decodeEnd(b, m.limits)
    return { want: describeEnd(e, hex(e.identity)), encoded: encodeEnd(e) }
  }
  if (m.kind === 'endpoint') {
    const e = decodeEndpoint(b, m.limits)
    return { want: describeEndpoint(e), encoded: encodeEndpoint(e) }
  }
  const c = decode(b, m.limits)
  return { want: await describe(c, m.readers), encoded: c.encode(), validate: validated(c) }
}

/** @param {import('../lib/collection.js').Collection} c */
function validated(c) {
  try {
    c.validate()
    return ''
  } catch (err) {
    return nameOf(err)
  }
}

/** @param {Message} m */
async function keyring(m) {
  const ring = new Keyring()
  for (const { user, key, retired, revoked } of m.keys) {
    const parsed = await Key.parse(unhex(key))
    if (user) ring.trust(unhex(user), parsed)
    else ring.addAuthority(parsed)
    if (retired) ring.retire(parsed.id, retired)
    if (revoked) ring.revoke(parsed.id)
  }
  const refused = await ring.load(concat((m.words ?? []).map(unhex)))
  if (refused.length) throw refused[0]
  return ring
}

/** Makes and seals a collection and an update, for others to verify. @param {Message} m */
async function makeShare(m) {
  const authorKey = await Signer.generate(m.algorithm), authority = await Signer.generate(m.algorithm)
  const author = await authorKey.key.userId()
  const random = (/** @type {number} */ n) => crypto.getRandomValues(new Uint8Array(n))
  const items = Array.from({ length: m.items }, () => random(16))
  const id = random(16)
  const c = await seal(await seal(make({
    id, author, items, kind: m.kind, authority: authority.key.id, created: 1800000000123, recipients: [random(16), random(16)],
    addresses: [await blind(id, random(16), 'Ben@Example.org')], title: 'Sealed in JavaScript \u{1f30d}',
    captions: new Map([[0, 'first'], [m.items - 1, 'd\u00e9rni\u00e8re']]), types: items.map((_, i) => i % 3 ? 'image/jpeg' : ''),
    digests: items.map((_, i) => [random(32), i % 2 ? random(32) : undefined]), previews: items.map((_, i) => random(i % 4 * 8)),
    metadata: new Map([['place', 'home'], ['by', 'a page']]), hints: { perPage: 12, cover: items[0] },
  }), authorKey, 1800000001), authority, 1800000002, true)
  const ranks = new Map(items.map((_, i) => [i, i % 3 === 0 ? 14 : i % 3 === 1 ? 15 : 0]))
  const all = new Map(items.map((_, i) => [i, 14]))
  return {
    keys: [{ user: hex(author), key: hex(authorKey.key.cose) }, { user: '', key: hex(authority.key.cose) }],
    collection: hex(c.encode()), update: hex(encodeUpdate(await update(c, authorKey, author, 1800000003, ranks))),
    validation: hex(encodeUpdate(await update(c, authority, new Uint8Array(0), 1800000004, all))),
  }
}

/** @param {unknown} err */
function nameOf(err) {
  if (err instanceof GlimpseError) return err.code
  throw err
}

/** Answers one message. @param {Message} m @returns {Promise<Message>} */
export async function answer(m) {
  try {
    return { id: m.id, ...await commands[m.do](m) }
  } catch (err) {
    return { id: m.id, error: nameOf(err), ...err instanceof GlimpseError && err.offset !== undefined && { offset: err.offset } }
  }
}
