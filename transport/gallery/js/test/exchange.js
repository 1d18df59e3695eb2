// A station that talks to a hub and to a home: internal/conformance starts it, and says by lines
// of JSON what is there.
import { createInterface } from 'node:readline'
import { places } from '../lib/bits.js'
import { concat, hex, same, sha256, unhex, utf8 } from '../lib/bytes.js'
import { checkedVersions, Station } from '../lib/client.js'
import { decode } from '../lib/collection.js'
import { digestOf } from '../lib/digest.js'
import { Enrolment, join, trust } from '../lib/enrol.js'
import { homeOf } from '../lib/home.js'
import { Keyring } from '../lib/keyring.js'
import { make, seal } from '../lib/make.js'
import { next, reasons } from '../lib/messages.js'
import { sealed } from '../lib/sealed.js'
import { newSigner } from '../lib/station.js'
import { purpose } from '../lib/statements.js'
import { together } from '../lib/stream.js'
import { uploadBody } from '../lib/upload.js'
import { verify } from '../lib/verify.js'
import { refused } from './suite.js'
import { check, sorted } from './vectors.js'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const hear = async () => JSON.parse((await lines.next()).value)
const say = (/** @type {unknown} */ v) => console.log(JSON.stringify(v))

const start = await hear()
const signer = await newSigner()
await refused(() => join(new Enrolment(start.hub), signer, 'peer', 'browser'), 'ErrNotFound')
const joiner = await join(new Enrolment(start.hub, start.invitation), signer, 'peer', 'browser')
say({ code: joiner.code })
await hear()
const admission = await joiner.confirm()
say({ user: hex(admission.user) })
const authority = admission.authority?.id ?? new Uint8Array(0)
const caller = { user: admission.user, signer, statement: admission.statement }
const hub = new Station(start.hub, { auth: sealed(caller, authority) })
const ring = new Keyring()
await trust(admission, ring)
const now = Math.floor(Date.now() / 1000)

const { home: bob } = await hear()
await read()
await share()
await ask()
await hear()

/** Reads what a home has shared, and fetches the originals there. */
async function read() {
  const news = await hub.changes({}, true)
  check(news.entries.length === 1 && reasons[news.entries[0].notification.reason] === 'shared', sorted(news))
  const state = news.entries[0].state
  if (!state) throw new Error('no state')
  check((await ring.load(concat(state.keys))).length === 0, 'refused keys')
  const { collection: c } = await verify(ring, decode(state.collection))
  /** @type {string[]} */
  const thumbnails = []
  if (news.versions) for await (const v of checkedVersions(news.versions, c, 0)) thumbnails[v.item] = hex(await sha256(v.bytes))
  await again(c, thumbnails)
  const home = await reach(state.sources)
  const originals = []
  for (let i = 0; i < c.length; i++) originals.push(hex(await sha256(await together((await home.original(c, i)).bytes))))
  const many = []
  for await (const one of home.originals(c, [0, 1, 2])) if (one.item !== 1) many.push([one.item, hex(await sha256(await together(one.bytes)))])
  check(sorted(many) === sorted([[0, originals[0]], [2, originals[2]]]), 'others at once: ' + many)
  const middle = await home.original(c, 0, 20000, 30000)
  say({
    title: c.edition.title, labelled: c.labelled, thumbnails, originals, middle: hex(await sha256(await together(middle.bytes))),
  })
  await refused(() => home.settings(), 'ErrForbidden')
  await refused(() => home.original(c, 0, 10 ** 9), 'ErrMalformed')
  await refused(() => home.deliver(news.entries[0].notification), 'ErrForbidden')
  const later = await hub.collections([{ ...c.fixed, edition: await c.editionDigest() }, { author: c.fixed.author, id: c.fixed.author, edition: authority }]).next()
  check(later.value?.state && !later.value.state.collection.length, 'what it has comes once more')
}

/** Asks in other ways for the same. @param {import('../lib/collection.js').Collection} c @param {string[]} thumbnails */
async function again(c, thumbnails) {
  const held = []
  for await (const v of hub.versions(c, 0, [0])) held[v.item] = hex(await sha256(v.bytes))
  check(!held[0] && held[1] === thumbnails[1] && held[2] === thumbnails[2], 'versions: ' + held)
  check(hex(await sha256(await hub.version(c, 2, 0))) === thumbnails[2], 'one version')
  const state = await hub.collection(c.fixed)
  check(same(state.edition, await c.editionDigest()) && decode(state.collection).length === c.length, 'the collection')
  check((await hub.updates(c.fixed)).updates.length === c.parts.updates.length, 'its updates')
  await refused(() => hub.collection({ author: c.fixed.id, id: c.fixed.author }), 'ErrNotFound')
}

/** The home that a source names, if its station has sealed that. @param {{user: Uint8Array, endpoint: Uint8Array, url: string, items: Uint8Array}[]} sources */
async function reach([source]) {
  check(sorted(places(source.items)) === '[0,1,2]', 'not all are served')
  const { station, web } = await homeOf(source, ring, caller)
  check(!web && station.base === source.url, 'another address')
  await refused(() => new Station(source.url, { auth: sealed(caller, authority) }).settings(), 'ErrUnauthenticated')
  return station
}

/** An album of three items, two of them the same bytes. @param {string} title */
async function album(title) {
  const thumbnails = ['1', '2', '1'].map((s) => utf8(`thumbnail ${title} ${s}`))
  const ids = await hub.ids(3)
  const digests = await Promise.all(thumbnails.map(async (b) => [await digestOf(b)]))
  const { fixed } = make({ author: admission.user, items: ids.items })
  const c = make({ author: admission.user, id: ids.collection, items: ids.items, recipients: [unhex(bob)], authority, title, digests })
  check(fixed.items.length === 48, 'three ids')
  return { c: await seal(c, signer, now), thumbnails }
}

/** Shares one album in one request, and another one in two. */
async function share() {
  const all = [Uint8Array.of(7)]
  const pieces = (/** @type {Uint8Array[]} */ data) => [0, 1].map((item) => ({ item, version: 0, data: new Blob([/** @type {BlobPart} */ (data[item])]) }))
  const pushed = await album('Pushed')
  const answer = await hub.push({ collection: pushed.c.encode(), offers: all }, uploadBody(pieces(pushed.thumbnails)))
  check(answer.next === next.done, sorted(answer))
  const { c, thumbnails } = await album('Uploaded')
  const asked = await hub.share({ collection: c.encode(), offers: all })
  check(asked.next === next.upload && sorted(asked.missing.map(places)) === '[[0,1]]', sorted(asked.missing))
  await refused(() => hub.upload(c.fixed, uploadBody(pieces(thumbnails.map((b) => b.slice().reverse())))), 'ErrDigest')
  const done = await hub.upload(c.fixed, uploadBody(pieces(thumbnails)))
  check(done.next === next.done, sorted(done))
  say({ shared: 2 })
}

/** Asks what else a hub answers. */
async function ask() {
  const { c } = await album('Verified')
  const { report } = await verify(hub, c)
  check(report.author?.by === hex(admission.user), sorted(report))
  await refused(() => hub.verify(purpose.edition, utf8('another'), c.parts.authorSeal?.bytes ?? authority, now), 'ErrBadSeal')
  const news = await hub.keys(0, [admission.user], ring)
  check(same(news.authority, authority) && news.statements.length > 0, 'key news')
  await refused(() => hub.roster(), 'ErrNotFound')
  await refused(() => hub.glimpse('guess'), 'ErrNotFound')
  await refused(() => hub.guestVersion('guess', 0, 0), 'ErrNotFound')
  await refused(() => hub.announce({ ...c.fixed, items: Uint8Array.of(1), url: 'https://example.org' }), 'ErrNotFound')
  await refused(() => new Station('http://127.0.0.1:1').settings(), 'ErrUnreachable')
}
