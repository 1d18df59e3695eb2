// Collections, updates and key statements, and what is sealed of them: see
// collection/collection.cddl and signature/signature.cddl.
import assert from 'node:assert/strict'
import { bytes, read, same, sha256, Tagged, text, write } from './cbor.mjs'
import { join, unpack, WITHDRAWN } from './labels.mjs'
import { open } from './seal.mjs'

export const TAG = 0x676c696d
export const EDITION = 'application/glimpse.edition'
export const UPDATE = 'application/glimpse.update'
export const ADDRESS = 'application/glimpse.address'
export const KEY = 'application/glimpse.key'

const authority = new Uint8Array() // as the issuer of what the authority says

// What is sealed.
export const editionStatement = (identity, number, edition, issued) => write([identity, number, sha256(edition), issued])
export const updateStatement = (identity, labels, issuer, issued) => write([identity, sha256(write(labels)), issuer, issued])
export const addressStatement = (identity, address, user, issued) => write([identity, address, user, issued])
export const keyStatement = (user, key, role, from, until, issued) => write([user, sha256(key), role, from, until, issued])

// blind returns the blinded form of an e-mail address in normal form.
export const blind = (id, r, address) => sha256(bytes(text('glimpse address'), id, r, text(address)))

// A Collection is an encoded one, taken apart.
export class Collection {
  constructor(data) {
    const parts = read(data, TAG).value
    assert.ok([...parts.keys()].every((key) => key >= 1 && key <= 6), 'an unknown part')
    this.fixed = read(parts.get(1))
    this.identity = sha256(parts.get(1))
    this.edition = parts.get(2) ?? write(new Map())
    this.number = read(this.edition).get(1) ?? 0
    this.seals = { author: parts.get(3), authority: parts.get(4) }
    this.updates = parts.get(5) ?? []
    this.resolved = parts.get(6) ?? []
    this.n = (this.fixed.get(6)?.length ?? 0) / 16
    this.keys = []
  }

  get author() { return this.fixed.get(2) }
  get completers() { return set(this.fixed.get(9), 16) }
  get addresses() { return set(this.fixed.get(8), 32) }

  // by checks that a seal is by a user or, for nobody, by the authority named.
  async by(user, type, statement, seal) {
    const key = await open(this.keys.map((k) => k.key), type, statement, seal)
    if (user.length === 0) assert.ok(same(key.id, this.fixed.get(10)), 'not the authority that is named')
    else assert.ok(this.keys.some((k) => k.key === key && same(k.user, user)), 'another user\'s key')
  }

  // verify checks all seals with keys, each {user, key}, and who may say what.
  async verify(keys) {
    this.keys = keys
    for (const [who, user] of [['author', this.author], ['authority', authority]]) {
      if (!this.seals[who]) continue
      const [issued, seal] = this.seals[who]
      await this.by(user, EDITION, editionStatement(this.identity, this.number, this.edition, issued), seal)
    }
    assert.ok(this.seals.author || this.seals.authority, 'unsigned')
    this.said = []
    for (const [labels, issuer, issued, seal] of this.updates) await this.hear(labels, issuer, issued, seal)
    for (const [address, user, issued, seal] of this.resolved) {
      assert.ok(this.addresses.some((a) => same(a, address)), 'not an address of the collection')
      await this.by(authority, ADDRESS, addressStatement(this.identity, address, user, issued), seal)
    }
  }

  // hear verifies what one issuer says, and takes it in.
  async hear(labels, issuer, issued, seal) {
    const privileged = issuer.length === 0 || same(issuer, this.author)
    assert.ok(privileged || this.completers.some((u) => same(u, issuer)), 'not authorised')
    await this.by(issuer, UPDATE, updateStatement(this.identity, labels, issuer, issued), seal)
    const ranks = unpack(this.n, labels)
    if (!same(issuer, this.author)) assert.ok(ranks.every((r) => r % 16 !== WITHDRAWN), 'only the author withdraws')
    this.said.push({ privileged, ranks })
  }

  // apply verifies an encoded update and joins it.
  async apply(data) {
    const u = read(data)
    assert.ok(same(u.get(1), this.identity), 'another collection')
    assert.equal(u.get(2) ?? 0, this.fixed.get(4) ?? 0, 'another kind')
    assert.equal(u.get(3) ?? 0, this.n, 'another number of items')
    await this.hear(u.get(4), u.get(5) ?? authority, u.get(6) ?? 0, u.get(7))
  }

  get labels() { return join(this.n, this.said) }
}

function set(column, size) {
  const all = []
  for (let i = 0; column && i < column.length; i += size) all.push(column.slice(i, i + size))
  return all
}

// verifyWord verifies a sealed key statement by the authority.
export async function verifyWord(data, hub) {
  const [user, role, from, until, issued, key, seal] = read(data)
  await open([hub], KEY, keyStatement(user, key, role, from, until, issued), seal)
  return { user, role, key }
}

// namedKey is the key that a seal names: the end of its protected header.
const namedKey = (seal) => read(seal, 18).value[0].slice(-32)

// encodeCollection puts a collection together.
export function encodeCollection({ fixed, edition, seals, updates, resolved }) {
  const parts = new Map([[1, fixed], [2, edition], [3, seals.author], [4, seals.authority]])
  parts.set(5, updates.toSorted((a, b) => Buffer.compare(a[1], b[1]) || Buffer.compare(namedKey(a[3]), namedKey(b[3]))))
  if (resolved.length > 0) parts.set(6, resolved)
  return write(new Tagged(TAG, parts))
}
