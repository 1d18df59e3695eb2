// Makes shares: what anna shares with ben, cleo completes and the hub validates.
import { bytes, hex, sha256, text, write } from './cbor.mjs'
import * as format from './collection.mjs'
import { COMPLETE, generation, join, pack, WITHDRAWN } from './labels.mjs'
import { Key } from './seal.mjs'

const ITEMS = 40
const NOON = 1782907200 // 2026-07-01T12:00:00Z
const folder = new URL('../keys/', import.meta.url)
const files = [['ed25519.pem', -8], ['p256.pem', -7], ['rsa2048.pem', -37]]
const user = (n) => bytes([n], new Uint8Array(15))
const [anna, ben, cleo, dora] = [0xaa, 0xbb, 0xcc, 0xdd].map(user)
const authority = new Uint8Array()
const id = (what) => sha256(text(what)).slice(0, 16)
const be32 = (...numbers) => bytes(...numbers.map((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]))

// shares makes one share for each kind, in which the algorithms change places.
export async function shares() {
  const keys = await Promise.all(files.map(([file, algorithm]) => Key.load(new URL(file, folder), algorithm)))
  return Promise.all([0, 1, 2].map((kind) => share(kind, ...keys.map((_, i) => keys[(i + kind) % 3]))))
}

async function share(kind, annas, cleos, hubs) {
  const r = id('r of ben')
  const address = format.blind(id('share ' + kind), r, 'ben@example.org')
  const fixed = fixedPart(kind, hubs.id, address)
  const edition = editionPart(kind)
  const identity = sha256(fixed)
  const statement = format.editionStatement(identity, 1, edition, NOON)
  const [author, validated] = await Promise.all([annas, hubs].map((key) => key.seal(format.EDITION, statement)))
  const seals = { author: [NOON, author], authority: [NOON, validated] }

  const say = async (key, issuer, issued, ranks) => {
    const labels = pack(ranks)
    const statement = format.updateStatement(identity, labels, issuer, issued)
    return [labels, issuer, issued, await key.seal(format.UPDATE, statement)]
  }
  const partly = kind === 2 ? 1 : COMPLETE
  const said = [
    { key: cleos, issuer: cleo, issued: NOON + 60, ranks: ranks((i) => (i % 7 < 3 ? COMPLETE : i % 7 < 5 ? partly : 0)) },
    { key: hubs, issuer: authority, issued: NOON + 3600, privileged: true, ranks: ranks((i) => (i >= 30 ? 16 : 0)) },
    { key: annas, issuer: anna, issued: 0, privileged: true, ranks: ranks((i) => (i === 5 ? WITHDRAWN : 0)) },
  ].map((s) => ({ privileged: false, ...s }))
  const updates = await Promise.all(said.map((s) => say(s.key, s.issuer, s.issued, s.ranks)))
  const resolved = [[address, dora, NOON, await hubs.seal(format.ADDRESS, format.addressStatement(identity, address, dora, NOON))]]
  const before = join(ITEMS, said)
  const last = before.map((rank) => generation(rank) * 16 + COMPLETE)
  const [labels, , issued, sealed] = await say(cleos, cleo, NOON + 7200, last)
  const update = new Map([[1, identity], [3, ITEMS], [4, labels], [5, cleo], [6, issued], [7, sealed]])
  if (kind > 0) update.set(2, kind)
  return {
    name: 'node ' + kind,
    keys: [anna, cleo, authority].map((u, i) => ({ user: hex(u), key: hex([annas, cleos, hubs][i].cose) })),
    collection: hex(format.encodeCollection({ fixed, edition, seals, updates, resolved })),
    update: hex(write(update)),
    word: hex(await word(hubs, cleos)),
    address: { r: hex(r), text: 'ben@example.org', user: hex(dora) },
    want: {
      identity: hex(identity), edition: hex(sha256(edition)), before,
      after: join(ITEMS, [{ privileged: true, ranks: before }, { privileged: false, ranks: last }]),
    },
  }
}

const ranks = (rank) => Array.from({ length: ITEMS }, (_, i) => rank(i))

// word is the hub's statement that a key is cleo's for a year.
async function word(hub, key) {
  const [from, until] = [NOON, NOON + 31536000]
  const seal = await hub.seal(format.KEY, format.keyStatement(cleo, key.cose, 0, from, until, NOON))
  return write([cleo, 0, from, until, NOON, key.cose, seal])
}

function fixedPart(kind, hub, address) {
  const items = bytes(...ranks((i) => id(`item ${i}`)))
  const fixed = new Map([[1, id('share ' + kind)], [2, anna], [3, NOON * 1000 + 250]])
  if (kind > 0) fixed.set(4, kind)
  if (kind === 2) fixed.set(5, [['small', 4800], ['medium', 307200], ['whole', 0]])
  fixed.set(6, items).set(7, ben).set(8, address).set(9, cleo).set(10, hub)
  return write(fixed.set(11, bytes(anna, id('another share'))))
}

function editionPart(kind) {
  const captions = ['Båten på sjøen', 'Regn', '雨']
  let end = 0
  const ends = captions.map((c) => (end += text(c).length))
  const [, form, data] = pack(ranks((i) => (i % 5 === 1 ? 1 : 0)))
  const digests = bytes(...ranks((i) => (i === 3 ? new Uint8Array(32) : sha256(text(`thumbnail ${i}`)))))
  const edition = new Map([[1, 1], [2, 'Ferie ' + kind]])
  edition.set(3, [be32(0, 2, 39), be32(...ends), captions.join('')])
  edition.set(4, [['image/jpeg', 'video/mp4'], form, data])
  edition.set(5, new Map([['sted', 'Norge'], ['temperatur', '12 °C']]))
  edition.set(6, new Map([[1, 4], [2, id('item 0')], [4, 'white 2%']]))
  return write(edition.set(7, new Map([[0, digests]])))
}
