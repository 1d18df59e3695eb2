// Enrolments: every vector, and what nobody should be admitted by.
import { concat, hex, same, sha256, unbase64, unhex, utf8, zeros } from '../lib/bytes.js'
import { encode } from '../lib/cbor.js'
import { encodeEndpoint } from '../lib/documents.js'
import { GlimpseError } from '../lib/errors.js'
import { Enrolment, join, parseInvitation, trust } from '../lib/enrol.js'
import { Key, Signer } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import * as messages from '../lib/messages.js'
import { encodeKeyStatement, encodeRoster, keyStatement, rosterStatement } from '../lib/roster.js'
import { endpointStatement, possessionStatement, purpose } from '../lib/statements.js'
import { refused } from './suite.js'
import { check, sorted } from './vectors.js'

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

/** What an admitter says by its key: an authority, or the user key of a home. */
class Admits {
  /** @param {Signer} by @param {boolean} home @param {Signer} station */
  constructor(by, home, station) {
    this.by = by
    this.home = home
    this.station = station
    /** @type {Uint8Array} */
    this.offer = new Uint8Array(0)
  }

  async commit() {
    const { by, home } = this
    const none = new Uint8Array(0), user = home ? await by.key.userId() : new Uint8Array(16)
    this.offer = encode([user, home ? by.key.cose : none, home ? none : by.key.cose, [], [], new Uint8Array(32).fill(5)])
    return this.offer
  }

  async reveal() {}

  /** @param {Uint8Array} request */
  async admission(request) {
    return encode([await sha256(encode(['glimpse enrol request', request])), this.offer, await this.statement()])
  }

  /** What vouches for the station. @param {any} [change] @param {Signer} [by] */
  async statement(change = {}, by = this.by) {
    const none = new Uint8Array(0), { key } = change.of ?? this.station
    const user = change.user ?? await (this.home ? this.by : this.station).key.userId()
    if (!this.home) {
      const s = { user, key, role: change.role ?? 'user', from: 0, until: 0, issued: 1, seal: none }
      return encodeKeyStatement({ ...s, seal: await by.sign(purpose.key, keyStatement(s)) })
    }
    const proof = await (change.of ?? this.station).sign(purpose.possession, possessionStatement(none, user))
    const stations = [{ key, role: change.role ?? 'device', proof }]
    const r = { user, number: 1n, by: by.key, stations, recovery: none, next: null, seal: none, countersignature: none, before: [] }
    return encodeRoster({ ...r, seal: await by.sign(purpose.roster, await rosterStatement(r)) })
  }
}

export const rules = {
  async offersThatCannotBe() {
    const [by, station] = await Promise.all([Signer.generate(), Signer.generate()])
    const none = new Uint8Array(0), user = new Uint8Array(16).fill(1), nobody = new Uint8Array(16), nonce = new Uint8Array(32)
    const { cose } = by.key, hubs = ['https://hub']
    const e = { user, key: by.key.id, number: 1n, urls: [], web: [], seal: none }
    const foreign = encodeEndpoint({ ...e, seal: await by.sign(purpose.endpoint, endpointStatement(e)) })
    const begin = (/** @type {unknown[]} */ ...offer) => {
      const to = new Admits(by, offer[1] !== none, station)
      to.commit = async () => to.offer = encode(offer)
      const statement = to.statement
      to.statement = () => statement.call(to, zeros(/** @type {Uint8Array} */ (offer[0])) ? {} : { user: offer[0] })
      return join(to, station, 'device', 'camera')
    }
    const good = await (await begin(user, cose, none, hubs, [], nonce)).confirm() // an id that the key does not prove
    check(same(good.user, user) && good.hub[0] === hubs[0], 'not admitted')
    const ring = new Keyring()
    await trust(good, ring)
    check(ring.keys.includes(station.key.name), 'not trusted')
    for (const bad of [
      [user, none, none, hubs, [], nonce], [nobody, cose, none, hubs, [], nonce], [nobody, none, cose, [''], [], nonce],
      [nobody, none, cose, ['x'.repeat(1025)], [], nonce], [nobody, none, cose, Array(5).fill('x'), [], nonce],
      [nobody, none, cose, hubs, [], new Uint8Array(31)], [nobody, none, cose, hubs, [], none], [nobody, none, cose, hubs, [none], nonce],
    ]) await refused(() => begin(...bad), 'ErrMalformed')
    await refused(async () => (await begin(await by.key.userId(), cose, none, hubs, [foreign], nonce)).confirm())
    const own = { ...e, user: nobody }
    const authoritys = encodeEndpoint({ ...own, seal: await by.sign(purpose.endpoint, endpointStatement(own)) })
    await refused(async () => (await begin(nobody, none, cose, hubs, [authoritys], nonce)).confirm(), 'ErrKey')
  },
  async nobodyHasDecidedYet() {
    const answers = [[425, messages.encodeMessage(messages.fault, { code: 16 })], [200, encode(utf8('yes'))], [403, messages.encodeMessage(messages.fault, { code: 3 })]]
    const to = new Enrolment('https://x', 'secret', {
      fetch: async (_, init) => {
        check(new Headers(init?.headers).get('Authorization') === 'Bearer secret', 'no invitation')
        const [status, body] = answers.shift() ?? []
        return new Response(/** @type {BodyInit} */ (body), { status: Number(status), headers: { 'Content-Type': 'application/cbor' } })
      },
    })
    check(same(await to.admission(utf8('please')), utf8('yes')), 'another answer')
    await refused(() => to.admission(utf8('please')), 'ErrForbidden')
  },
  async admissionsOfOthers() {
    const [authority, station, other] = await Promise.all([Signer.generate(), Signer.generate('ES256'), Signer.generate()])
    const user = await other.key.userId()
    for (const home of [false, true]) {
      const role = home ? 'peer' : 'revoked'
      for (const [change, by] of /** @type {[any, Signer?][]} */ ([[{}], [{ of: other }], [{ user }], [{ role }], [{}, other]])) {
        const to = new Admits(authority, home, station)
        const { statement } = to
        to.statement = () => statement.call(to, change, by)
        const joiner = await join(to, station, 'device', 'camera')
        if (by || Object.keys(change).length) await refused(() => joiner.confirm())
        else check(same((await joiner.confirm()).user, await (home ? authority : station).key.userId()), 'another user')
      }
    }
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
