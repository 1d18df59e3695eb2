// Stations that lie, break off, or are none: what a client makes of them.
import { concat, hex, same, sha256, unbase64, utf8 } from '../lib/bytes.js'
import { BYTES, encode, head, Reader } from '../lib/cbor.js'
import { Station } from '../lib/client.js'
import { digestOf, rangeWithProof, Tree } from '../lib/digest.js'
import { GlimpseError } from '../lib/errors.js'
import { Signer } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import { make } from '../lib/make.js'
import * as m from '../lib/messages.js'
import { sealed } from '../lib/sealed.js'
import { together } from '../lib/stream.js'
import { uploadBody } from '../lib/upload.js'
import { refused } from './suite.js'
import { check, sorted } from './vectors.js'

const cbor = 'application/cbor', sequence = 'application/cbor-seq'
const user = new Uint8Array(16).fill(7)
const thumbnails = ['one', 'two', 'one'].map(utf8)
const original = Uint8Array.from({ length: 40000 }, (_, i) => i % 251)

/** An album of three items; the third has no digest of its complete version. */
async function album() {
  const whole = await digestOf(original)
  const digests = await Promise.all(thumbnails.map(async (b, i) => [await digestOf(b), undefined, i < 2 ? whole : undefined]))
  return make({ author: user, items: [1, 2, 3].map((i) => new Uint8Array(16).fill(i)), digests })
}

/** A station that answers everything alike. @param {Uint8Array|string} body @param {string} type @param {number} [status] @param {Record<string, string>} [headers] */
const answers = (body, type, status = 200, headers = {}) => new Station('https://x', {
  fetch: async () => new Response(/** @type {BodyInit} */ (body), { status, headers: { 'Content-Type': type, ...headers } }),
})

/** @param {AsyncIterable<any>} list */
async function all(list) {
  const got = []
  for await (const one of list) got.push(one)
  return got
}

/** @param {{item: number, version: number, offset?: number, data: Uint8Array}[]} frames */
const frames = async (...frames) => new Uint8Array(await uploadBody(frames).arrayBuffer())

export async function versionsAreChecked() {
  const c = await album(), [one, two] = thumbnails
  const versions = async (/** @type {Uint8Array} */ body, /** @type {number[]} */ held = []) => all(answers(body, sequence).versions(c, 0, held))
  const good = await frames({ item: 1, version: 0, data: two }, { item: 0, version: 0, data: one })
  check(sorted((await versions(good)).map((v) => v.item)) === '[1,0,2]', 'copies')
  check(sorted((await versions(good, [1, 2])).map((v) => v.item)) === '[0]', 'what is held')
  await refused(async () => versions(await frames({ item: 1, version: 0, data: one })), 'ErrDigest')
  await refused(async () => versions(await frames({ item: 1, version: 1, data: two })), 'ErrMalformed')
  await refused(async () => versions(await frames({ item: 1, version: 0, offset: 1, data: two })), 'ErrMalformed')
  await refused(async () => versions(await frames({ item: 3, version: 0, data: two })), 'ErrMalformed')
  await refused(() => versions(good.slice(0, -3)), 'ErrTruncated')
  await refused(() => all(answers(good, cbor).versions(c, 0)), 'ErrUnreachable')
  check(same(await answers(two, 'x/y').version(c, 1, 0), two), 'one version')
  await refused(() => answers(one, 'x/y').version(c, 1, 0), 'ErrDigest')
}

export async function originalsAreChecked() {
  const c = await album(), tree = await Tree.of(original)
  const body = rangeWithProof(tree, original, 0, 40000), part = rangeWithProof(tree, original, 20000, 100)
  const size = { 'Glimpse-Size': '40000' }
  const read = async (/** @type {Station} */ s, /** @type {number[]} */ ...range) => together((await s.original(c, 1, ...range)).bytes)
  const at = (/** @type {Uint8Array} */ b, headers = size) => answers(b, 'x/y', 200, headers)
  check(same(await read(at(body)), original) && same(await read(at(part), 20000, 100), original.subarray(20000, 20100)), 'bytes')
  check(same(await read(at(rangeWithProof(tree, original, 39990, 10)), 39990, 100), original.subarray(39990)), 'a length beyond the end')
  await refused(() => read(at(body.slice(0, -1))), 'ErrDigest')
  await refused(() => read(at(concat([body, utf8('x')]))), 'ErrDigest')
  await refused(() => read(at(part)), 'ErrDigest')
  await refused(() => read(at(body.map((b, i) => i === 30000 ? b ^ 1 : b))), 'ErrDigest')
  await refused(() => read(at(body, { 'Glimpse-Size': '39999' })), 'ErrDigest')
  for (const bad of ['', '-1', '1e3', '9'.repeat(16)]) await refused(() => read(at(body, { 'Glimpse-Size': bad })), 'ErrUnreachable')
  await refused(() => at(body).original(c, 2), 'ErrSeal')
  await refused(() => read(at(body), 50000), 'ErrDigest')
}

export async function manyOriginalsAreChecked() {
  const c = await album(), body = rangeWithProof(await Tree.of(original), original, 0, 40000)
  const frame = (/** @type {number} */ item, data = body) => encode([item, 40000, data])
  const read = (/** @type {Uint8Array[]} */ ...list) => (async () => {
    for await (const one of answers(concat(list), sequence).originals(c, [0, 1])) await together(one.bytes)
  })()
  await read(frame(0), frame(1))
  await read(frame(1))
  await refused(() => read(frame(0), frame(0)), 'ErrMalformed')
  await refused(() => read(frame(2)), 'ErrMalformed')
  await refused(() => read(frame(0, body.slice(1))), 'ErrDigest')
  await refused(() => read(frame(0, body.slice(0, -1))), 'ErrDigest')
  await refused(() => read(frame(0).slice(0, -1)), 'ErrTruncated')
}

export async function whatIsNoStation() {
  const page = '<!doctype html>'
  await refused(() => answers(page, 'text/html').settings(), 'ErrUnreachable')
  await refused(() => answers(page, 'text/html', 502).settings(), 'ErrUnreachable')
  await refused(() => answers(page, 'text/html', 404).settings(), 'ErrUnreachable')
  await refused(() => answers('', cbor, 404).settings(), 'ErrUnreachable')
  await refused(() => answers(page, cbor).settings(), 'ErrMalformed')
  await refused(() => new Station('https://x', { fetch: async () => Promise.reject(new TypeError('no')) }).settings(), 'ErrUnreachable')
  const fault = m.encodeMessage(m.fault, { code: 17, about: 'versions', limit: 5, used: 4 })
  const err = await answers(fault, cbor, 429).settings().catch((err) => err)
  check(err instanceof GlimpseError && err.is('ErrQuota') && sorted(/** @type {any} */ (err).fault.limit) === '5', String(err))
  const stopped = AbortSignal.abort()
  const aborted = await new Station('https://x', { signal: stopped, fetch: async () => stopped.throwIfAborted() ?? new Response() }).settings().catch((err) => err.name)
  check(aborted === 'AbortError', aborted)
  let called = 0
  const counts = new Station('https://x', { fetch: async () => (called++, new Response('')) })
  for (const token of ['', '.', '..']) {
    const guest = await Promise.resolve().then(() => counts.glimpse(token)).catch((err) => err)
    check(guest instanceof GlimpseError && guest.is('ErrNotFound'), token)
  }
  check(called === 0, 'a path that leads elsewhere')
}

export async function newsIsBounded() {
  const news = m.encodeMessage(m.changes, { next: { ...m.cursor.none, number: 3 } })
  const followed = (/** @type {string} */ size) => answers(concat([news, encode([0, new Uint8Array(0)])]), sequence, 200, { 'Glimpse-Size': size })
  const got = await followed(String(news.length)).changes({})
  check(got.next.number === 3 && got.versions && (await all(got.versions)).length === 0, 'news and no versions')
  await refused(() => followed(String(news.length - 1)).changes({}), 'ErrMalformed')
  await refused(() => followed('99999999999').changes({}), 'ErrTooLarge')
  check((await answers(news, cbor).changes({})).versions === null, 'versions')
  const lacking = (/** @type {any} */ one) => {
    const data = m.encodeMessage(m.lacking, one)
    return concat([head(BYTES, data.length), data])
  }
  const known = [1, 2].map(() => ({ author: user, id: user, edition: new Uint8Array(32) }))
  const refusedOne = lacking({ refused: { ...m.fault.none, code: 1 } })
  check((await all(answers(concat([refusedOne, refusedOne]), sequence).collections(known))).length === 2, 'two')
  await refused(() => all(answers(refusedOne, sequence).collections(known)), 'ErrTruncated')
}

export async function keyNewsIsSealed() {
  const hub = await Signer.generate(), ring = new Keyring(), ann = await Signer.generate()
  ring.addAuthority(hub.key)
  ring.trust(user, ann.key)
  const station = (/** @type {Signer} */ by, /** @type {any} */ news, forged = {}) => new Station('https://x', {
    fetch: async (_, init) => {
      const request = new Uint8Array(await /** @type {Blob} */ (init?.body).arrayBuffer())
      const statement = encode(await Promise.all([sha256(request), sha256(m.encodeMessage(m.keyNews, news))]))
      const seal = await by.sign('application/glimpse.key-news', statement)
      return new Response(/** @type {BodyInit} */ (m.encodeMessage(m.keyNews, { ...news, ...forged, seal })), { headers: { 'Content-Type': cbor } })
    },
  })
  check(same((await station(hub, { number: 5 }).keys(5, [], ring)).authority, hub.key.id), 'another authority')
  await refused(() => station(hub, { number: 5 }, { number: 6 }).keys(5, [], ring), 'ErrBadSeal')
  await refused(() => station(ann, { number: 5 }).keys(5, [], ring), 'ErrSeal')
  await refused(() => station(hub, { number: 4 }).keys(5, [], ring), 'ErrConflict')
  await refused(() => station(hub, { number: 5, more: true }).keys(5, [], ring), 'ErrConflict')
  check((await station(hub, { number: 6, more: true }).keys(5, [], ring)).more, 'no more')
}

export async function requestsAreSealed() {
  const signer = await Signer.generate(), station = new Uint8Array(32).fill(9), statement = utf8('word')
  const auth = sealed({ user, signer, statement, now: () => 1234567 }, station)
  for (const [method, body] of /** @type {[string, Uint8Array|undefined][]} */ ([['GET', undefined], ['POST', utf8('message')], ['POST', undefined]])) {
    const { Authorization: text } = await auth({ method, path: '/v1/x?y=1', body })
    const r = new Reader(unbase64(text.replace('Glimpse ', '')))
    r.exactly(6)
    const [who, time, nonce, digest, seal, word] = [r.fixed(16), r.uint(2 ** 40), r.big(2n ** 64n - 1n), r.byteString(32), r.byteString(1024), r.byteString(64)]
    await signer.key.verify('application/glimpse.request', encode([method, station, '/v1/x?y=1', time, nonce, digest]), seal)
    const fits = same(who, user) && time === 1234 && (nonce === 0n) === (method === 'GET') && same(word, statement) &&
      same(digest, body ? await sha256(body) : new Uint8Array(0))
    check(fits, `${method}: ${time} ${nonce} ${hex(digest)}`)
  }
}
