// Whose keys this browser believes: the hub's and its own user's as they were when it joined, those
// of others as they were seen first. What is believed is kept as the statements that were shown.
import { hex, unhex } from '../lib/bytes.js'
import { trust } from '../lib/enrol.js'
import { GlimpseError } from '../lib/errors.js'
import { Key } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import { isLater, readKeyStatement, readRoster } from '../lib/roster.js'
import { keepRoster, me } from './me.js'
import { keys as names, read, write } from './store.js'

/**
 * Pin is what is kept of somebody's keys. Moments are in seconds since 1970, 0 = never.
 * @typedef {object} Pin
 * @property {Uint8Array} key the one that people compare, as it is encoded
 * @property {Uint8Array[]} statements
 * @property {number} first when it was seen first
 * @property {number} compared when its user said that it is the right one
 * @property {{key: Uint8Array, statement: Uint8Array, at: number}|null} other a key that came later and contradicts
 */

/** The hub's pin has this name; all others are users in hexadecimal. */
export const hubPin = 'hub'

/** Seconds since 1970. */
export const now = () => Math.floor(Date.now() / 1000)

/** The pins of people, by users. @returns {Promise<Map<string, Pin>>} */
export async function pins() {
  const users = (await names('pins')).filter((name) => /^[0-9a-f]{32}$/.test(name))
  const all = await Promise.all(users.map(async (user) => /** @type {[string, Pin]} */ ([user, await read('pins', user)])))
  return new Map(all.filter(([, pin]) => pin)) // another tab may forget them meanwhile
}

/**
 * The keyring of this browser, with what statements on keys say besides; who is new is pinned.
 * Returns also whose pinned key they contradict.
 * @param {Uint8Array[]} [statements] as stations send them with a collection
 * @returns {Promise<{ring: Keyring, changed: Set<string>}>}
 */
export async function ringOf(statements = []) {
  const ring = new Keyring()
  const self = await me()
  const hub = await pinnedHub(self)
  if (hub) ring.addAuthority(await Key.parse(hub))
  if (self) await trust({ ...blank, user: self.user, key: self.userKey.length ? await Key.parse(self.userKey) : null, statement: self.statement }, ring)
  const known = await pins()
  for (const pin of known.values()) for (const s of pin.statements) await ring.load(s)
  for (const s of [...statements].sort(rostersFirst)) await learn(ring, s, known, self)
  const changed = [...known].filter(([, pin]) => pin.other).map(([user]) => user)
  return { ring, changed: new Set(changed) }
}

const blank = { authority: null, hub: [], endpoints: [], nonce: new Uint8Array(0) }

/** @param {Uint8Array} a @param {Uint8Array} b */
const rostersFirst = (a, b) => Number(b[0] === 0x89) - Number(a[0] === 0x89)

/** The hub's key as it was seen first, at the admission or in a page. @param {import('./me.js').Me|null} self @returns {Promise<Uint8Array|null>} */
async function pinnedHub(self) {
  const named = unhex(document.body.dataset.root ?? '')
  const first = self?.authority.length ? self.authority : named
  /** @type {Pin|undefined} */
  const pin = await read('pins', hubPin)
  if (!pin) {
    if (first.length) await write('pins', hubPin, { key: first, statements: [], first: now(), compared: 0, other: null })
    return first.length ? first : null
  }
  const other = named.length > 0 && hex(named) !== hex(pin.key)
  if (other && !pin.other) await write('pins', hubPin, { ...pin, other: { key: named, statement: new Uint8Array(0), at: now() } })
  return pin.key
}

/**
 * Takes one statement into the keyring, and pins whom it is about.
 * @param {Keyring} ring @param {Uint8Array} statement @param {Map<string, Pin>} known @param {import('./me.js').Me|null} self
 */
async function learn(ring, statement, known, self) {
  const about = await subject(statement)
  if (!about) return
  const own = self && about.user === hex(self.user)
  if (own && self.userKey.length && !about.roster) return // nobody speaks for its user's keys but that user
  const [refused] = await ring.load(statement)
  if (own) return void (!refused && about.roster && await keepRoster(statement))
  const pin = known.get(about.user)
  const next = refused ? contradicted(pin, about, statement, refused) : grown(pin, about, statement, await statements(pin))
  if (!next) return
  known.set(about.user, next)
  await write('pins', about.user, next)
}

/** @typedef {{user: string, key: Key, roster: import('../lib/roster.js').Roster|null, word: import('../lib/roster.js').KeyStatement|null}} Subject */

/** Whom a statement is about; null for an authority's, and for what is none. @param {Uint8Array} bytes @returns {Promise<Subject|null>} */
async function subject(bytes) {
  try {
    const roster = bytes[0] === 0x89 ? await readRoster(bytes) : null
    const word = roster ? null : await readKeyStatement(bytes)
    const user = hex((roster ?? /** @type {import('../lib/roster.js').KeyStatement} */ (word)).user)
    const key = roster ? roster.next ?? roster.by : word?.key
    return key && !/^0+$/.test(user) ? { user, key, roster, word } : null
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
    return null
  }
}

/** @param {Pin|undefined} pin */
const statements = async (pin) => Promise.all((pin?.statements ?? []).map(async (bytes) => ({ bytes, about: await subject(bytes) })))

/**
 * The pin with a statement that the keyring has let in.
 * @param {Pin|undefined} pin @param {Subject} about @param {Uint8Array} statement @param {{bytes: Uint8Array, about: Subject|null}[]} held
 * @returns {Pin|null} null if that changes nothing
 */
function grown(pin, about, statement, held) {
  const alike = held.find((h) => about.roster ? h.about?.roster : h.about?.word?.key.name === about.key.name && h.about.word.role === about.word?.role)
  if (alike && !supersedes(about, /** @type {Subject} */ (alike.about))) return null
  const rest = held.filter((h) => h !== alike).map((h) => h.bytes)
  const key = about.roster || !pin ? about.key.cose : pin.key
  return { first: now(), other: null, ...pin, compared: pin && hex(pin.key) === hex(key) ? pin.compared : 0, key, statements: about.roster ? [statement, ...rest] : [...rest, statement].slice(-32) }
}

/** @param {Subject} a @param {Subject} b */
function supersedes(a, b) {
  if (a.roster && b.roster) return a.roster.before.length - b.roster.before.length || Number(a.roster.number - b.roster.number) > 0
  return Boolean(a.word && b.word && isLater(a.word, b.word))
}

/** The pin with a key that contradicts it. @param {Pin|undefined} pin @param {Subject} about @param {Uint8Array} statement @param {unknown} refused @returns {Pin|null} */
function contradicted(pin, about, statement, refused) {
  const other = refused instanceof GlimpseError && refused.is('ErrChanged')
  if (!pin || !other || hex(pin.key) === hex(about.key.cose) || pin.other && hex(pin.other.key) === hex(about.key.cose)) return null
  return { ...pin, other: { key: about.key.cose, statement, at: now() } }
}

/** Says that a pin was compared with its owner. @param {string} name */
export async function markCompared(name) {
  await write('pins', name, { ...await read('pins', name), compared: now() })
}

/** Decides between a pinned key and one that contradicts it: which one its owner has confirmed. @param {string} name @param {boolean} taken */
export async function decide(name, taken) {
  /** @type {Pin} */
  const pin = await read('pins', name)
  if (!pin.other) return
  const { key, statement } = pin.other
  await write('pins', name, taken ? { key, statements: [statement], first: now(), compared: now(), other: null } : { ...pin, other: null })
}
