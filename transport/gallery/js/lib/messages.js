// The messages of the exchange: see transport.cddl. Each is a table, whose fields have the keys 1,
// 2, 3 and so on, as they stand. What is optional has an empty value where it is left out. Byte
// strings are parts of the input. Numbers end at 2^53 - 1.
import { compare } from './bytes.js'
import { ARRAY, encode, MAP, Raw, Reader, UINT } from './cbor.js'
import { GlimpseError } from './errors.js'

/**
 * Kind is how one kind of value is read and written.
 * @template T
 * @typedef {object} Kind
 * @property {(r: Reader) => T} read
 * @property {(value: T) => unknown} form what stands for it to be encoded
 * @property {T} none the value that is left out where the field is optional
 * @property {boolean} [optional]
 */

/** @template K @typedef {K extends Kind<infer T> ? T : never} Of the values of a kind */

/** Reads a message; throws ErrMalformed. @template T @param {Kind<T>} kind @param {Uint8Array} bytes @returns {T} */
export function decodeMessage(kind, bytes) {
  const r = new Reader(bytes)
  try {
    const value = kind.read(r)
    r.done()
    return value
  } catch (err) {
    if (err instanceof GlimpseError && err.is('ErrLimit')) r.fail('ErrMalformed', err.offset) // more than can be
    throw err
  }
}

/** @template T @param {Kind<T>} kind @param {Partial<T>} value fields that are missing are empty @returns {Uint8Array} */
export const encodeMessage = (kind, value) => encode(kind.form(/** @type {T} */ (value)))

/** @template T @param {T} value */
const same = (value) => value

/** @param {number} [max] @param {number} [min] @returns {Kind<number>} */
const number = (max = Number.MAX_SAFE_INTEGER, min = 0) => ({ none: 0, form: same, read: (r) => bounded(r, r.head(UINT), min, max) })

/** @type {Kind<number>} */
const integer = {
  none: 0, form: same,
  read: (r) => r.next() === 1 ? -1 - bounded(r, r.head(1), 0, Number.MAX_SAFE_INTEGER) : number().read(r),
}

/** @param {Reader} r @param {number} n @param {number} min @param {number} max */
const bounded = (r, n, min, max) => n < min || n > max ? r.fail('ErrType') : n

/** @type {Kind<boolean>} */
const yes = { none: false, form: () => new Raw(Uint8Array.of(0xf5)), read: (r) => r.head(7) === 21 || r.fail('ErrType') }

/** @type {Kind<string>} */
export const string = { none: '', form: same, read: (r) => r.text(Infinity) }

/** @type {Kind<Uint8Array>} */
export const bytes = { none: new Uint8Array(0), form: same, read: (r) => r.byteString(Infinity) }

/** @param {number} size @returns {Kind<Uint8Array>} */
const fixed = (size) => ({ none: new Uint8Array(size), form: same, read: (r) => r.fixed(size) })

/** @type {Kind<Uint8Array>} */
const set = {
  ...bytes,
  read: (r) => {
    const b = bytes.read(r)
    return b.at(-1) === 0 ? r.fail('ErrNotCanonical') : b
  },
}

export const id = fixed(16), digest = fixed(32)

/** @template T @param {Kind<T>} of @param {number} [most] @returns {Kind<T[]>} */
export const list = (of, most = 65536) => ({
  none: [], form: (all) => all.map(of.form),
  read: (r) => Array.from({ length: length(r, ARRAY, most) }, () => of.read(r)),
})

/** @param {Reader} r @param {number} major @param {number} most */
function length(r, major, most) {
  const n = r.head(major)
  return n > most ? r.fail('ErrLength') : n
}

/** @type {Kind<Map<string, string>>} */
const texts = {
  none: new Map(), form: (map) => new Map([...map].sort(([a], [b]) => compare(encode(a), encode(b)))),
  read: (r) => {
    const map = new Map()
    for (let n = length(r, MAP, 32), before = bytes.none; n > 0; n--) {
      const key = string.read(r), form = encode(key)
      if (compare(before, form) >= 0) r.fail('ErrNotCanonical')
      map.set(key, string.read(r))
      before = form
    }
    return map
  },
}

/** @template T @param {Kind<T>} kind @returns {Kind<T>} */
const may = (kind) => ({ ...kind, optional: true })

/** A message, or nothing. @template T @param {Kind<T>} kind @returns {Kind<T|null>} */
const maybe = (kind) => ({ ...kind, form: (value) => value && kind.form(value), none: null, optional: true })

/** @param {any} value @param {any} none */
const isNone = (value, none) => value === none || value?.size === 0 ||
  typeof value === 'object' && value?.length >= 0 && value.length === none.length && !value.some(Boolean)

/**
 * A message with its fields, from key 1 on. Refuse says what no field can say.
 * @template {Record<string, Kind<any>>} F @param {F} fields @param {(value: any) => boolean} [refuse]
 * @returns {Kind<{[K in keyof F]: Of<F[K]>}>}
 */
function message(fields, refuse = () => false) {
  const all = Object.entries(fields)
  const none = /** @type {any} */ (Object.fromEntries(all.map(([name, kind]) => [name, kind.none])))
  return {
    none,
    form: (value) => new Map(all.map(([name, kind], i) => /** @type {const} */ ([i + 1, kind, value[name] ?? kind.none]))
      .filter(([, kind, v]) => !kind.optional || !isNone(v, kind.none)).map(([key, kind, v]) => [key, kind.form(v)])),
    read: (r) => {
      const value = { ...none }, from = r.at, got = new Set()
      if (r.next() !== MAP) r.fail('ErrType')
      r.fields(1, all.length, (key, at) => {
        const [name, kind] = all[key - 1]
        value[name] = kind.read(r)
        if (kind.optional && isNone(value[name], kind.none)) r.fail('ErrNotCanonical', at)
        got.add(name)
      })
      if (all.some(([name, kind]) => !kind.optional && !got.has(name)) || refuse(value)) r.fail('ErrMalformed', from)
      return value
    },
  }
}

/** An array with a place for each field. @template {Record<string, Kind<any>>} F @param {F} fields @returns {Kind<{[K in keyof F]: Of<F[K]>}>} */
export const tuple = (fields) => ({
  none: /** @type {any} */ (null), form: (value) => Object.entries(fields).map(([name, kind]) => kind.form(value[name])),
  read: (r) => {
    const all = Object.entries(fields)
    r.exactly(all.length)
    return /** @type {any} */ (Object.fromEntries(all.map(([name, kind]) => [name, kind.read(r)])))
  },
})

const columns = list(set, 14), strings = list(bytes)

/** The errors of package transport by their codes; another one than these is Err. @type {import('./errors.js').Code[]} */
const codes = [
  'Err', 'ErrNotFound', 'ErrUnauthenticated', 'ErrForbidden', 'ErrMalformed', 'ErrTooLarge', 'ErrDigest', 'ErrSeal',
  'ErrDiffers', 'ErrOffset', 'ErrNotAsked', 'ErrUnreachable', 'ErrWithdrawn', 'ErrConflict', 'ErrStorage', 'ErrStopped',
  'ErrPending', 'ErrQuota', 'ErrPeerKey', 'ErrStale', 'ErrEnded',
]

export const fault = message({ code: number(), about: may(string), differs: may(list(string)), limit: may(integer), used: may(integer) })

/** The error that a fault of another station stands for. @param {Of<typeof fault>} f */
export const refusal = (f) => Object.assign(new GlimpseError(codes[f.code] ?? 'Err', undefined, f.about), { fault: f })

export const manifest = message({ author: id, id, identity: digest, edition: digest })

/** What is done next after an answer. */
export const next = { upload: 1, seal: 2, done: 3 }

export const share = message({
  collection: may(bytes), from: may(number(1)), serves: may(columns), offers: may(columns), url: may(string), to: may(list(string)),
  notifies: may(yes), manifest: maybe(manifest), updates: may(strings), word: may(bytes), endpoint: may(bytes),
})
export const answer = message({
  next: number(3, 1), collection: may(bytes), missing: may(columns),
  parts: may(list(tuple({ item: number(), version: number(13), size: number() }))), updates: may(strings), notify: may(yes),
  keys: may(strings), announced: may(string), refused: maybe(fault), unknown: may(list(string, 64)),
})
export const announcement = message({ author: id, id, items: set, url: string, word: may(bytes), endpoint: may(bytes) })

export const source = message({ user: id, url: string, items: set, endpoint: may(bytes) })
export const state = message({
  collection: may(bytes), edition: digest, updates: may(strings), sources: may(list(source)), keys: may(strings), ends: may(strings),
})
export const collectionsRequest = message({ known: list(tuple({ author: id, id, edition: digest }), 500) })
export const lacking = message({ state: maybe(state), refused: maybe(fault) }, (l) => !l.state === !l.refused)

/** The words of what notifications tell, by their numbers. */
export const reasons = ['', 'shared', 'available', 'edited', 'lost', 'resolved', 'ended', 'removed']

export const notification = message({
  id: digest, author: id, collection: id, to: id, reason: number(7, 1), title: may(string), note: may(string), link: may(string),
  items: may(number()), labelled: may(number()), edition: digest, updates: may(strings), cover: may(bytes), number: may(number()),
})
export const cursor = message({ feed: may(id), number: may(number()) })
export const changesRequest = message({ after: cursor, versions: may(yes) })
export const changes = message({ next: cursor, entries: may(list(message({ number: number(), notification, state: maybe(state) }))) })
export const versionsRequest = message({ held: may(set) })

export const glimpse = message({
  title: may(string), items: may(number()), labelled: may(number()), cover: may(bytes), versions: may(number(13)),
}, (g) => g.labelled > g.items)

/** What a verification came to, by its number. @type {import('./errors.js').Code[]} */
export const outcomes = [/** @type {any} */ (''), 'ErrUnsigned', 'ErrUnknownKey', 'ErrBadSeal', 'ErrRevoked', 'ErrExpired']

export const verifyRequest = message({ type: string, statement: bytes, seal: bytes, issued: may(number(2 ** 40)) })
export const verifyResponse = message({ outcome: may(number(5)), user: id, key: digest })

export const idRequest = message({ items: may(number()) })
export const identifiers = message({ collection: id, items: may(list(id)) })
export const settings = message({
  contacts: may(list(message({ name: may(string), user: id, address: may(string) }))), values: may(texts),
})
export const keyNewsRequest = message({ after: may(number()), nonce: id, users: may(list(id)) })
export const keyNews = message({
  number: may(number()), more: may(yes), changed: may(list(id)), statements: may(strings), seal: may(bytes),
})
export const rosterMessage = message({ roster: may(bytes) })

export const choice = message({ language: may(string), addresses: may(texts), codes: may(texts) })
export const channels = message({ offered: may(list(string)), language: may(string), addresses: may(texts), awaited: may(list(string)) })
export const parked = message({
  letters: may(list(message({ author: id, id, address: string, since: number(), refused: may(yes) }, (l) => !l.address))),
})
