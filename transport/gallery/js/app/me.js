// This browser as a station: its key, which WebCrypto does not hand out, and whose station it is.
import { hex, unhex } from '../lib/bytes.js'
import { Station } from '../lib/client.js'
import { Key, Signer } from '../lib/key.js'
import { readRoster } from '../lib/roster.js'
import { sealed } from '../lib/sealed.js'
import { newSigner } from '../lib/station.js'
import { removeOriginals } from './place.js'
import { keep as keepFirst, keys, read, remove, write } from './store.js'

/**
 * Account is what a browser keeps of its admission. Keys are as they are encoded; no bytes = none.
 * @typedef {object} Account
 * @property {Uint8Array} user
 * @property {string} name of the station
 * @property {Uint8Array} userKey which seals the roster; none = the hub vouches
 * @property {Uint8Array} authority the hub's root key
 * @property {string[]} hub
 * @property {Uint8Array} statement on the station's key, that others are shown: the latest roster, or the hub's word
 * @property {import('../lib/documents.js').Endpoint[]} homes where the user's stations served then, as they have sealed it
 * @property {boolean} root whether the station's key is the user's own
 */

/** @typedef {Account & {signer: Signer, key: Key}} Me */

/** This browser as a station, or null if it is none. @returns {Promise<Me|null>} */
export async function me() {
  const account = await read('station', 'account')
  return account ? withKey(account) : null
}

/** @param {Account} account @returns {Promise<Me>} */
async function withKey(account) {
  const signer = await ownSigner()
  return { ...account, signer, key: signer.key }
}

/** The key of this browser, made at the first call; the browser is asked to keep it. @returns {Promise<Signer>} */
export async function ownSigner() {
  const kept = await read('station', 'key')
  if (kept) return new Signer(await Key.from(kept.public), kept.secret)
  await navigator.storage?.persist?.().catch(() => false)
  const fresh = await newSigner()
  const first = await keepFirst('station', 'key', { public: fresh.key.key, secret: fresh.secret }) // another tab may make one, too
  return new Signer(await Key.from(first.public), first.secret)
}

/** Whether the browser has promised to keep what is stored when room gets short. @returns {Promise<boolean>} */
export const isKept = async () => await navigator.storage?.persisted?.() ?? false

/**
 * Keeps what was admitted and verified. @param {import('../lib/enrol.js').Admission} a @param {string} name @returns {Promise<Me>}
 */
export async function keep(a, name) {
  const { key } = await ownSigner()
  const none = new Uint8Array(0)
  const root = a.key ? a.key.name === key.name : hex(await key.userId()) === hex(a.user)
  /** @type {Account} */
  const account = { user: a.user, name, userKey: a.key?.cose ?? none, authority: a.authority?.cose ?? none, hub: a.hub, statement: a.statement, homes: a.endpoints, root }
  await write('station', 'account', account)
  return withKey(account)
}

/**
 * Takes the latest roster of the station's own user, if it is a later one than what is kept: the
 * keyring has let it in. Returns whether it was.
 * @param {Uint8Array} roster @returns {Promise<boolean>}
 */
export async function keepRoster(roster) {
  const account = await read('station', 'account')
  const kept = account?.userKey.length ? await readRoster(account.statement) : null
  const next = await readRoster(roster)
  if (!kept || hex(next.user) !== hex(account.user) || next.number <= kept.number) return false
  await write('station', 'account', { ...account, statement: roster })
  return true
}

/** Forgets the account and the key, which nobody can bring back, and all that the key has let in. */
export async function forget() {
  for (const store of ['station', 'pins', 'wishes']) for (const name of await keys(store)) await remove(store, name)
  await removeOriginals()
}

/** A station as this browser calls it, which the key says whose page calls. @param {Me} self @param {string} url @param {Uint8Array} key @param {AbortSignal} [signal] */
export const stationAt = (self, url, key, signal) =>
  new Station(url, { auth: sealed({ user: self.user, signer: self.signer, statement: self.statement }, key), signal })

/** The station whose pages these are, as who is signed in. @param {AbortSignal} [signal] */
export const hub = (signal) => new Station(location.origin, { signal })

/**
 * Signs in at the gallery of this page by a sealed request. Throws an Error if it is refused.
 * @param {Me} self
 */
export async function signIn(self) {
  const station = unhex(document.body.dataset.key ?? '')
  const body = new Uint8Array(0)
  const header = await sealed(self, station)({ method: 'POST', path: '/session', body })
  const answer = await fetch('/session', { method: 'POST', headers: header, body, redirect: 'error' })
  if (!answer.ok) throw new Error('not signed in: ' + answer.status)
}
