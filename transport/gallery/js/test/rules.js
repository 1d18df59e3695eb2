// The rules that no vector holds. Each export is one.
import { readDays } from '../app/days.js'
import { fileName, mayShow, typeOf } from '../app/file-name.js'
import { filled } from '../app/make/share.js'
import { hex, same, unhex } from '../lib/bytes.js'
import { pack } from '../lib/column.js'
import { decode } from '../lib/collection.js'
import { checkPoint } from '../lib/edwards.js'
import { Gate, rights } from '../lib/gate.js'
import { apply, merge } from '../lib/join.js'
import { Signer } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import { edit, end, make, seal, update } from '../lib/make.js'
import { paint } from '../lib/paint.js'
import { decodeThumb, encodeThumb } from '../lib/thumbhash.js'
import { verify } from '../lib/verify.js'
import { refused } from './suite.js'
import { check, sorted } from './vectors.js'

const random = (/** @type {number} */ n) => crypto.getRandomValues(new Uint8Array(n))

/** An album of n items, sealed by its author, who names an authority. @param {number} n */
async function album(n) {
  const author = await Signer.generate(), authority = await Signer.generate('ES256')
  const user = await author.key.userId()
  const items = Array.from({ length: n }, () => random(16))
  const c = await seal(make({ author: user, items, authority: authority.key.id, title: 'Album' }), author, 100)
  const ring = new Keyring()
  await ring.pin(user, author.key)
  ring.addAuthority(authority.key)
  return { author, authority, user, ring, c }
}

/** A retired key's old seals stand; of a revoked one none does, and another must vouch. */
export async function retiredAndRevoked() {
  const { author, authority, user, ring, c } = await album(3)
  const updated = await apply(c, await update(c, author, user, 200, new Map([[0, 14]])))
  ring.retire(author.key.id, 150)
  const { collection, report } = await verify(ring, updated)
  check(report.author && report.revoked.length === 1 && collection.ranks[0] === 0, 'an update of a retired key counts')
  ring.revoke(author.key.id)
  await refused(() => verify(ring, updated), 'ErrRevoked')
  const vouched = await verify(ring, await seal(updated, authority, 300, true))
  check(!vouched.report.author && vouched.report.authority, 'what the authority sealed does not stand')
}

/** The next edition has other texts and all else as it was, but for the previews of what was withdrawn. */
export async function nextEdition() {
  const { author, user, ring } = await album(1)
  const items = [random(16), random(16), random(16)], previews = [unhex('01020304050607'), undefined, unhex('0102030405060708')]
  const digests = items.map(() => [random(32), random(32), random(32)]), types = ['image/jpeg', '', 'image/png']
  const c = await seal(make({ author: user, items, title: 'Lake', captions: new Map([[0, 'a'], [2, 'ü']]), previews, digests, types }), author, 100)
  const gone = await apply(c, await update(c, author, user, 150, new Map([[2, 15]])))
  const next = decode((await seal(edit(gone, { captions: new Map([[1, 'the boat']]) }), author, 200)).encode())
  check(next.edition.number === 1n && next.edition.title === 'Lake' && next.captions.size === 1 && next.captions.get(1) === 'the boat', 'other texts')
  check(same(await next.identity(), await c.identity()) && same(next.digest(1, 2) ?? random(1), digests[1][2]) && next.mediaType(2) === 'image/png', 'something else is another')
  check(same(next.previews.get(0) ?? random(1), previews[0] ?? random(1)) && next.parts.edition.previews?.lengths.unpack()[2] === 33, 'previews')
  check((await verify(ring, next)).report.author?.at === 200, 'it is not sealed')
  const joined = await merge(gone, next)
  check(joined.edition.number === 1n && joined.ranks[2] === 15, 'it does not join')
}

/** What a hub makes of a draft is sealed only where it has put in no more than recipients for the addresses. */
export async function filledDrafts() {
  const author = random(16), items = [random(16)], own = random(16), id = random(16)
  const wanted = { id, author, items, title: 'Lake', created: 1000, recipients: [own] }
  const draft = make(wanted)
  check(filled(draft, make({ ...wanted, recipients: [own, random(16)] }), 1).fixed.recipients.length === 32, 'a user for an address')
  check(filled(draft, make({ ...wanted, addresses: [random(32)] }), 1).fixed.addresses.length === 32, 'a blinded address')
  const others = [
    { recipients: [random(16)] }, { recipients: [own, random(16), random(16)] }, { addresses: [random(32), random(32)] }, { title: 'Sea' },
    { items: [random(16)] }, { completers: [random(16)] }, { authority: random(32) }, { id: random(16) }, { replaces: random(16) },
  ]
  for (const other of others) await refused(async () => filled(draft, make({ ...wanted, ...other }), 1), 'ErrDiffers')
}

/** What is no word of a key ends the reading of words, and is returned. */
export async function words() {
  const ring = new Keyring()
  for (const bytes of [[0x80], [0x89, 1], [0x87], [0xff], [0x80, 0x80]]) {
    const refused = await ring.load(Uint8Array.from(bytes))
    check(refused.length === 1 && /** @type {import('../lib/errors.js').GlimpseError} */ (refused[0]).is('ErrKey'), `${bytes}: ${refused}`)
  }
}

/** Seals of one purpose or key are none of another. */
export async function otherSeals() {
  const { author, authority, user, ring, c } = await album(2)
  await refused(() => verify(ring, c.with({ authorSeal: null })), 'ErrUnsigned')
  await refused(() => verify(new Keyring(), c), 'ErrUnknownKey')
  const wrong = await seal(c, authority, 100)
  await refused(() => verify(ring, wrong), 'ErrNotAuthorised')
  const u = (await update(c, author, user, 1, new Map([[0, 14]]))).update
  await refused(() => verify(ring, c.with({ authorSeal: u.seal })), 'ErrBadSeal')
  await refused(() => verify(ring, c.with({ updates: [{ ...u, key: new Uint8Array(32) }] })), 'ErrBadSeal')
}

/** All three algorithms seal, and ES256 with the lower s. */
export async function algorithms() {
  for (const algorithm of /** @type {const} */ (['Ed25519', 'ES256', 'PS256'])) {
    const signer = await Signer.generate(algorithm)
    for (let i = 0; i < 4; i++) {
      const statement = random(100)
      const bytes = await signer.sign('application/x', statement)
      await signer.key.verify('application/x', statement, bytes)
      await refused(() => signer.key.verify('application/y', statement, bytes), 'ErrBadSeal')
      bytes[bytes.length - 1] ^= 1
      await refused(() => signer.key.verify('application/x', statement, bytes), 'ErrBadSeal')
    }
  }
}

/** What is no key is refused: a small order, no point, not canonical. */
export function edwards() {
  check(checkPoint(unhex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')), 'a key of RFC 8032')
  for (const bad of ['0100', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', '0200',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f']) {
    check(!checkPoint(unhex(bad.padEnd(64, '0'))), bad)
  }
}

/** Joining does not depend on the order, nor on repetitions, and an end stays. */
export async function joins() {
  const { author, authority, user, ring, c } = await album(40)
  const other = await Signer.generate()
  const documents = await Promise.all([[author, user, 3], [other, user, 14], [author, user, 15], [authority, new Uint8Array(0), 30]].map(
    ([signer, by, rank], k) => update(c, /** @type {Signer} */ (signer), /** @type {Uint8Array} */ (by), k,
      new Map(Array.from({ length: 10 }, (_, i) => [(i * 7 + k) % 40, rank === 3 ? 14 : Number(rank)])))))
  let forth = c, back = c
  for (const d of documents) forth = await apply(forth, d)
  for (const d of [...documents, documents[0]].reverse()) back = await apply(back, d)
  check(same(forth.encode(), back.encode()), 'another order has another result')
  const ended = await end(forth, author, 9)
  check(same((await merge(ended, c)).encode(), (await merge(c, ended)).encode()), 'merging depends on the order')
  const read = decode((await merge(c, ended)).encode())
  check(read.ended && sorted([...read.ranks]) === sorted([...forth.ranks]), 'read again it differs')
  ring.trust(user, other.key)
  check((await verify(ring, read)).report.ends.length === 1, 'the end does not stand')
}

/** Painting many runs is the same as joining them one after the other. */
export function painting() {
  let state = 1
  const next = (/** @type {number} */ n) => (state = state * 48271 % 2147483647) % n
  for (let round = 0; round < 300; round++) {
    const [n, k] = [1 + next(40), next(30)]
    const before = Uint32Array.from({ length: n }, () => next(5) * 16)
    const runs = Array.from({ length: k }, () => {
      const from = next(n)
      return /** @type {[number, number, number]} */ ([next(96), from, from + 1 + next(n - from)])
    })
    const want = before.slice(), plain = before.slice(), got = before.slice(), gotPlain = before.slice()
    for (const [rank, from, to] of runs) {
      for (let i = from; i < to; i++) {
        plain[i] = Math.max(plain[i], rank)
        if (rank >> 4 <= before[i] >> 4) want[i] = Math.max(want[i], rank)
      }
    }
    paint(got, [...runs], before)
    paint(gotPlain, [...runs])
    check(sorted([...got]) === sorted([...want]) && sorted([...gotPlain]) === sorted([...plain]), `${sorted(runs)} on ${before}`)
  }
}

/** What is packed reads as it was. */
export function columns() {
  for (const d of [1, 2, 3, 5, 17, 300, 70000]) {
    for (const spread of [1, 7, 500]) {
      const values = Array.from({ length: 150000 }, (_, i) => Math.floor(i / spread) * 7919 % d)
      const column = pack(values).check(0)
      check(column.unpack().every((v, i) => v === values[i]), `${d} values, runs of ${spread}`)
      check(column.counts().reduce((a, b) => a + b) === values.length, 'counts')
    }
  }
}

/** The default policy, in words. */
export function policy() {
  const gate = new Gate('flag', 3), degree = new Gate('degree', 3)
  check(sorted(gate.rights(14, 2)) === sorted(rights), 'complete: everything')
  check(sorted(gate.rights(0, 1)) === '["view","fetch"]', 'pending: partial versions')
  check(sorted(gate.rights(0, 2)) === '[]' && sorted(gate.rights(0, 2, { held: [2] })) === '["view","print"]', 'pending: the complete one')
  check(sorted(gate.rights(0, 2, { held: [2], author: true })) === sorted(rights), 'the author has it')
  check(sorted(gate.rights(15, 0)) === '[]' && sorted(gate.rights(15, 0, { held: [0] })) === '["view"]', 'withdrawn')
  check(sorted(degree.rights(1, 0)) === '["view","fetch"]' && sorted(degree.rights(1, 1)) === '[]', 'by degrees')
  const refusal = gate.check(0, 'search', 2)
  check(refusal?.reason === 'pending' && refusal.lift.rank === 14 && !refusal.lift.held, 'what lifts it')
  check(gate.check(14, 'fetch', 2, { unaccepted: true })?.reason === 'unaccepted', 'not accepted')
  check(gate.check(31, 'fetch', 2)?.lift.rank === 46, 'withdrawn: the next generation lifts it')
  check(gate.check(3, 'view', 0)?.reason === 'unknown' && gate.check(0, 'view', 3)?.reason === 'not found', 'no such rank or version')
}

/** Previews: a known one, one made here, and what is none. */
export function previews() {
  const known = decodeThumb(unhex('d5071c1d0466879f775787488787978758789 09508'.replace(' ', '')))
  check(known && Math.max(known.width, known.height) === 32 && known.rgba.length === known.width * known.height * 4, 'a known preview')
  const rgba = Uint8Array.from({ length: 40 * 30 * 4 }, (_, i) => i % 4 === 3 ? 255 : i % 4 === 0 ? (i >> 2) % 40 * 6 : 80)
  const picture = decodeThumb(encodeThumb(40, 30, rgba))
  check(picture?.width === 32 && picture.height > 20 && picture.height < 27, 'its shape')
  check(picture && picture.rgba[4 * 30] - picture.rgba[4] > 120, 'its light')
  check(decodeThumb(random(4)) === null && decodeThumb(new Uint8Array(9)) === null, 'what is none')
}

/** Ids that are there twice are found whoever chose them. */
export async function duplicates() {
  const items = Array.from({ length: 5000 }, (_, i) => unhex(i.toString(16).padStart(32, '0').replace(/^0/, 'f')))
  const c = make({ author: random(16), items })
  check(items.every((id, i) => c.find(id) === i) && c.find(random(16)) === -1, 'an item is not found')
  await refused(async () => make({ author: random(16), items: [...items, items[77]] }), 'ErrDuplicate')
  check(hex(c.id(1)) === hex(items[1]), 'another item')
}

/** Whatever an author has written for days is read in time that grows with its length. */
export function days() {
  const read = (/** @type {string} */ text) => readDays(new Map([['days', text]]))
  check(JSON.stringify(read('2026-07-01*2 -*3 2026-07-03*1').map((r) => [r.day, r.count])) === '[["2026-07-01",2],["",3],["2026-07-03",1]]', 'other days')
  for (const none of ['', '*', '*1', 'x', '2026-07-01', '2026-07-01*', '2026-07-01*-1', '2026-07-01*1*1', '2026-07-01*123456789', 'a'.repeat(1 << 22), '*'.repeat(1 << 22)]) {
    check(read(none).length === 0, 'days of ' + none.slice(0, 20))
  }
}

/** A file that is handed out has the name and type of what it is at most shown as. */
export function filesHandedOut() {
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', '__proto__', 'constructor', 'toString', '', 'image/', 'IMAGE/PNG', 'image/png;x']) {
    check(typeOf(type) === 'application/octet-stream' && fileName('x', 1, type) === 'x 1.bin' && !mayShow(type, 'image'), type)
  }
  check(typeOf('image/png') === 'image/png' && mayShow('image/png', 'image') && !mayShow('image/png', 'video'), 'a PNG is none')
  for (const [title, want] of [
    ['Holidays', 'Holidays 7.jpg'], ['../../etc/passwd', 'etc passwd 7.jpg'], ['.profile', 'profile 7.jpg'], ['a\u202egpj.exe', 'a gpj.exe 7.jpg'], ['C:\\x|y', 'C  x y 7.jpg'],
    ['\r\nSet-Cookie: x', 'Set-Cookie  x 7.jpg'], ['...', '7.jpg'], ['', '7.jpg'], ['x'.repeat(1000), 'x'.repeat(80) + ' 7.jpg'],
  ]) check(fileName(title, 7, 'image/jpeg') === want, fileName(title, 7, 'image/jpeg'))
}
