// The messages, streams and enrolments of the exchange: every vector, and rules that none holds.
import { concat, hex, same, unbase64, unhex, utf8 } from '../lib/bytes.js'
import { bitsOf, hasBit, places } from '../lib/bits.js'
import { GlimpseError } from '../lib/errors.js'
import { join, parseInvitation } from '../lib/enrol.js'
import { Key, Signer } from '../lib/key.js'
import * as messages from '../lib/messages.js'
import { newSigner } from '../lib/station.js'
import { ByteStream, readOriginals, readUpload, together } from '../lib/stream.js'
import { uploadBody } from '../lib/upload.js'
import { refused } from './suite.js'
import { check, sorted } from './vectors.js'

/** @typedef {{name: string, kind: string, hex: string, want?: any, error?: string}} Vector */

/** @param {Vector} v */
export async function message(v) {
  const data = unhex(v.hex)
  const read = v.kind === 'upload' ? upload : v.kind === 'originals' ? originals : one
  if (v.error) return refused(() => read(v, data), v.error)
  await read(v, data)
}

/** @param {Vector} v @param {Uint8Array} data */
async function one(v, data) {
  const name = v.kind.replace(/-(.)/g, (_, c) => c.toUpperCase())
  const kind = /** @type {Record<string, any>} */ (messages)[name]
  const have = messages.decodeMessage(kind, data)
  if (v.error) return
  check(fits(have, v.want), `read as ${sorted(have)}, want ${sorted(v.want)}`)
  const again = messages.encodeMessage(kind, have)
  check(same(again, data), 'encoded again it differs: ' + hex(again))
  for (let n = 0; n < data.length; n++) await refused(async () => messages.decodeMessage(kind, data.slice(0, n)), 'ErrMalformed')
}

/** Whether a value says what is wanted, and nothing else. @param {any} have @param {any} want @returns {boolean} */
function fits(have, want) {
  if (have instanceof Uint8Array) return hex(have) === (want ?? '') || want === undefined && !have.some(Boolean)
  if (Array.isArray(have)) return have.length === (want ?? []).length && have.every((one, i) => fits(one, want[i]))
  if (have instanceof Map) return sorted(Object.fromEntries(have)) === sorted(want ?? {})
  if (have && typeof have === 'object') return Object.keys(want).every((name) => name in have) && Object.keys(have).every((name) => fits(have[name], want[name]))
  return want === undefined ? !have : have === want
}

/** A stream that comes in pieces of 3 bytes. @param {Uint8Array} data */
function inPieces(data) {
  let at = 0
  return new ByteStream(new ReadableStream({
    pull(c) {
      if (at >= data.length) return c.close()
      c.enqueue(data.slice(at, at += 3))
    },
  }))
}

/** @param {Vector} v @param {Uint8Array} data */
async function upload(v, data) {
  const frames = [], pieces = [], reader = readUpload(inPieces(data))
  let r = await reader.next()
  for (; !r.done; r = await reader.next()) {
    const { item, version, offset, size } = r.value
    const body = await together(r.value.data)
    check(body.length === size, `${body.length} bytes of ${size}`)
    frames.push({ item, version, offset, data: hex(body) })
    pieces.push({ item, version, offset, data: body })
  }
  check(sorted({ frames, issued: r.value.issued, seal: hex(r.value.bytes) }) === sorted(v.want), sorted(frames))
  check(same(new Uint8Array(await uploadBody(pieces, r.value).arrayBuffer()), data), 'written again it differs')
  for await (const f of readUpload(inPieces(data))) if (f.size) check((await f.data.next()).value, 'no piece') // the rest is passed over
}

/** @param {Vector} v @param {Uint8Array} data */
async function originals(v, data) {
  const frames = []
  for await (const { item, size, data: body } of readOriginals(inPieces(data))) frames.push({ item, size, data: hex(await together(body)) })
  check(sorted({ frames }) === sorted(v.want), sorted(frames))
}

/** @param {number} seed repeated 32 times */
async function signerOf(seed) {
  const pkcs8 = concat([unhex('302e020100300506032b657004220420'), new Uint8Array(32).fill(seed)])
  const secret = await crypto.subtle.importKey('pkcs8', /** @type {BufferSource} */ (pkcs8), 'Ed25519', true, ['sign'])
  const { x } = await crypto.subtle.exportKey('jwk', secret)
  const key = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x }, 'Ed25519', true, ['verify'])
  return new Signer(await Key.from(key), secret)
}

/** All that is said is as it was made by enrol.cddl alone, and nothing else is taken. @param {any} v */
export async function enrolment(v) {
  const signer = await signerOf(v.joining), nonce = new Uint8Array(32).fill(unbase64(v.nonces)[0])
  const role = /** @type {const} */ (['peer', 'device'])[v.role]
  const said = /** @type {Record<string, string>} */ ({})
  const begin = (offer = unhex(v.offer), admission = unhex(v.admission), as = role) => join({
    commit: async (c) => (said.commitment = hex(c), offer),
    reveal: async (opening) => void (said.opening = hex(opening)),
    admission: async (request) => (said.request = hex(request), admission),
  }, signer, as, v.called, nonce)
  const joiner = await begin()
  const { statement, user } = await joiner.confirm()
  for (const name of ['commitment', 'opening', 'request']) check(said[name] === v[name], `${name}: ${said[name]}`)
  check(joiner.code === v.code && hex(statement) === v.statement && same(user, unhex(v.request).subarray(2, 18)), 'another code or admission')
  const data = unhex(v.admission), offer = unhex(v.offer)
  for (let at = 0; at < data.length; at += 7) await refused(async () => (await begin(offer, changed(data, at))).confirm())
  await refused(async () => (await begin(offer, data, role === 'peer' ? 'device' : 'peer')).confirm(), 'ErrChanged')
  const other = changed(offer, offer.length - 1)
  check((await begin(other)).code !== v.code, 'another nonce, and the same code')
  await refused(async () => (await begin(other)).confirm(), 'ErrChanged')
  await refused(() => begin(concat([offer.subarray(0, -34), Uint8Array.of(0x40)])), 'ErrMalformed') // without a nonce
  for (const bad of ['', 'a\nb', 'a\u202eb', 'x'.repeat(65)]) await refused(() => join(/** @type {any} */ ({}), signer, role, bad), 'ErrMalformed')
}

/** @param {Uint8Array} data @param {number} at */
function changed(data, at) {
  const other = data.slice()
  other[at] ^= 1
  return other
}

/** Every code is the error of package transport. @param {string} source errors.go */
export function codes(source) {
  const list = /^var faults = \[\]error\{([^}]*)\}/m.exec(source)?.[1].match(/\w+/g) ?? []
  check(list.length > 20, 'no codes')
  list.forEach((name, code) => {
    const have = messages.refusal({ ...messages.fault.none, code }).code
    check(have === name.replace('ErrClosed', 'ErrStopped'), `${code} is ${have}, not ${name}`)
  })
}

export const rules = {
  async framesComeAtOnce() {
    const pieces = [unhex('841818000040')] // item 24, and nothing in it
    const s = new ByteStream(new ReadableStream({
      pull(c) {
        const piece = pieces.pop()
        if (piece) c.enqueue(piece)
        else c.error(new Error('it waits for more'))
      },
    }, { highWaterMark: 0 }))
    const { value } = await readUpload(s).next()
    check(value && 'item' in value && value.item === 24, 'no frame')
  },
  async greatNumbers() {
    for (const bad of ['821b100000000000000040', '8400001b001fffffffffffff4100820040', '8400001b002000000000000040820040']) {
      await refused(() => upload(/** @type {any} */ ({ want: {} }), unhex(bad)), 'ErrMalformed')
    }
  },
  mapsInOrder() {
    const values = new Map([['bb', '1'], ['c', '2'], ['a', '3']])
    check(hex(messages.encodeMessage(messages.settings, { values })) === 'a102a36161613361636132626262' + '6131', hex(messages.encodeMessage(messages.settings, { values })))
  },
  async keysWhereEd25519IsNotKnown() {
    const { generateKey } = crypto.subtle
    const stubbed = /** @type {any} */ (crypto.subtle)
    stubbed.generateKey = (/** @type {any} */ how, /** @type {any} */ ...rest) => how.name === 'Ed25519'
      ? Promise.reject(new DOMException('', 'NotSupportedError')) : generateKey.apply(crypto.subtle, /** @type {any} */ ([how, ...rest]))
    try {
      const signer = await newSigner()
      check(signer.key.algorithm === 'ES256' && !signer.secret.extractable, signer.key.algorithm)
    } finally {
      delete stubbed.generateKey
    }
    check((await newSigner()).key.algorithm === 'Ed25519', 'not the usual key')
  },
  invitations() {
    const key = 'ab'.repeat(32), url = 'https://hub.example.org'
    const all = /** @type {const} */ ([
      [url + '#' + key + '.secret', url, key, 'secret', false], [url + '/path/#.secret', url + '/path', '', 'secret', false],
      [url + '#.secret.key', url, '', 'secret', true], [' ' + url + ':8443', url + ':8443', '', '', false],
      [url + '#' + key.toUpperCase() + '.', url, key, '', false], [url + '#..key', url, '', '', true], [url + '#.key', url, '', 'key', false],
    ])
    for (const [text, url, key, secret, pinned] of all) check(sorted(parseInvitation(text)) === sorted({ url, key, secret, pinned }), text + ' ' + sorted(parseInvitation(text)))
    for (const bad of ['', 'hub.example.org', 'ftp://hub#.x', 'https://#.x', url + '#abc.secret', 'javascript:alert(1)#.x']) {
      check(throws(() => parseInvitation(bad)) === 'ErrMalformed', bad)
    }
  },
  sets() {
    const all = [0, 7, 8, 300]
    const set = bitsOf(all)
    check(sorted(places(set)) === sorted(all) && set.length === 38 && bitsOf([]).length === 0, 'places')
    check(hasBit(set, 300) && !hasBit(set, 299) && !hasBit(set, 100000) && !hasBit(undefined, 0), 'bits')
  },
  refusals() {
    const of = (/** @type {number} */ code) => messages.refusal({ ...messages.fault.none, code, about: 'x' })
    check(of(1).is('ErrNotFound') && of(20).is('ErrEnded') && of(4).is('ErrMalformed') && of(1).fault.about === 'x', 'codes')
    check(of(15).is('ErrStopped') && of(15).is('ErrUnreachable') && !of(11).is('ErrStopped') && of(21).is('Err') && of(0).is('Err'), 'codes')
  },
  async streamsBreakOff() {
    const s = new ByteStream(new ReadableStream({ pull: (c) => c.error(new TypeError('terminated')) }))
    await refused(() => s.all(10), 'ErrUnreachable')
    await refused(() => new ByteStream(new Blob([utf8('four').slice()]).stream()).all(3), 'ErrTooLarge')
    check((await new ByteStream(new Blob([utf8('four').slice()]).stream()).all(4)).length === 4, 'not all of it')
  },
}

/** @param {() => unknown} act */
function throws(act) {
  try {
    act()
  } catch (err) {
    if (err instanceof GlimpseError) return err.code
    throw err
  }
  return ''
}
