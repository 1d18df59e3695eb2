// Calls of stations: see package httplink. What hubs and homes are asked for is described at
// the interfaces in transport/roles.go.
import { base64, hex, same, sha256, zeros } from './bytes.js'
import { encode } from './cbor.js'
import { blockSize, digestOf, RangeReader } from './digest.js'
import { GlimpseError } from './errors.js'
import * as m from './messages.js'
import { ByteStream, readOriginals, readUpload, together } from './stream.js'
import { bitsOf } from './bits.js'

/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {{author: Uint8Array, id: Uint8Array}} Name the fixed part of a collection is one */
/** @template K @typedef {import('./messages.js').Of<K>} Of */

const contentType = 'application/cbor', sequenceType = 'application/cbor-seq'
const mostMessage = 2 ** 26, mostFault = 65536

/**
 * Options of a Station.
 * @typedef {object} Options
 * @property {import('./sealed.js').Auth} [auth] who calls; none = the cookie of the page, on its own origin
 * @property {typeof fetch} [fetch]
 * @property {AbortSignal} [signal] ends all calls
 */

/**
 * Station calls a hub or a home. Refusals are GlimpseErrors with the code of the fault, and the
 * fault itself; where nobody answers, or something that is no station, it is ErrUnreachable.
 * Many calls may be under way at once.
 */
export class Station {
  /** @param {string} base its URL, before /v1 @param {Options} [options] */
  constructor(base, options = {}) {
    this.base = base.replace(/\/$/, '')
    this.options = options
  }

  /** @param {Partial<Of<typeof m.share>>} share */
  share(share) {
    return this.call(m.share, share, m.answer, '/v1/share')
  }

  /** Shares, with the smallest versions behind it. @param {Partial<Of<typeof m.share>>} share @param {Blob} body see uploadBody */
  async push(share, body) {
    const message = m.encodeMessage(m.share, share)
    return this.#answer(m.answer, await this.#send('POST', '/v1/push?share=' + message.length, { message, stream: body }))
  }

  /** @param {Name} name @param {Blob} body see uploadBody */
  async upload(name, body) {
    return this.#answer(m.answer, await this.#send('POST', '/v1/upload/' + path(name), { stream: body }))
  }

  /** @param {Partial<Of<typeof m.announcement>>} announcement */
  announce(announcement) {
    return this.call(m.announcement, announcement, m.answer, '/v1/announce')
  }

  /** @param {Name} name */
  collection(name) {
    return this.#get(m.state, '/v1/collections/' + path(name))
  }

  /** What changes of a collection. @param {Name} name */
  updates(name) {
    return this.#get(m.state, '/v1/updates/' + path(name))
  }

  /**
   * What is lacking of many collections, at most 500, in the order in which they are asked; an
   * edition of zeros is none.
   * @param {(Name & {edition: Uint8Array})[]} known @returns {AsyncGenerator<Of<typeof m.lacking>, void>}
   */
  async *collections(known) {
    const message = m.encodeMessage(m.collectionsRequest, { known })
    const s = await this.#stream('POST', '/v1/collections', { message })
    try {
      for (let n = known.length; n > 0; n--) yield m.decodeMessage(m.lacking, await s.byteString(mostMessage))
    } finally {
      await s.close()
    }
  }

  /**
   * What has changed in the caller's feed after a cursor; the station waits for something to
   * tell. Where it asks for versions, those of the first collection that is new follow.
   * @param {Partial<Of<typeof m.cursor>>} after @param {boolean} [versions]
   * @returns {Promise<Of<typeof m.changes> & {versions: ReturnType<typeof readUpload>|null}>}
   */
  async changes(after, versions = false) {
    const message = m.encodeMessage(m.changesRequest, { after: { ...m.cursor.none, ...after }, versions })
    const r = await this.#send('POST', '/v1/feed', { message })
    if (r.headers.get('Content-Type') !== sequenceType) return { ...await this.#answer(m.changes, r), versions: null }
    const s = new ByteStream(r.body), size = sizeOf(r)
    if (size > mostMessage) throw new GlimpseError('ErrTooLarge', undefined, 'message')
    return { ...m.decodeMessage(m.changes, await s.next(size)), versions: readUpload(s) }
  }

  /** Where a partial version is. @param {Name} name @param {Uint8Array} item its id @param {number} version */
  versionURL(name, item, version) {
    return `${this.base}/v1/versions/${path(name)}/${hex(item)}/${version}`
  }

  /** A partial version of an item, checked. @param {Collection} c @param {number} i @param {number} version @returns {Promise<Uint8Array>} */
  async version(c, i, version) {
    const r = await this.#send('GET', `/v1/versions/${path(c.fixed)}/${hex(c.id(i))}/${version}`)
    return checkVersion(c, i, version, await new ByteStream(r.body).all(mostMessage))
  }

  /**
   * A partial version of all items but those that are held, each as it comes, checked against the
   * author's digests. Items whose versions are the same bytes come one after the other.
   * @param {Collection} c @param {number} version @param {Iterable<number>} [held]
   * @returns {AsyncGenerator<{item: number, bytes: Uint8Array}, void>}
   */
  async *versions(c, version, held = []) {
    const out = new Set(held)
    const message = m.encodeMessage(m.versionsRequest, { held: bitsOf(out) })
    const s = await this.#stream('POST', `/v1/versions/${path(c.fixed)}/${version}`, { message })
    yield* checkedVersions(readUpload(s), c, version, out)
  }

  /**
   * Bytes of the complete version of an item, from its home, each block checked as it comes. The
   * size is that of the whole version; a length of -1 is all that follows.
   * @param {Collection} c @param {number} i @param {number} [offset] @param {number} [length]
   * @returns {Promise<{size: number, bytes: AsyncGenerator<Uint8Array, void>}>}
   */
  async original(c, i, offset = 0, length = -1) {
    const query = `?offset=${offset}` + (length < 0 ? '' : `&length=${length}`)
    const r = await this.#send('GET', `/v1/originals/${path(c.fixed)}/${hex(c.id(i))}${query}`)
    const size = sizeOf(r), left = Math.max(0, size - offset), s = new ByteStream(r.body)
    const range = new RangeReader(rootOf(c, i), size, offset, length < 0 ? left : Math.min(length, left))
    return { size, bytes: checked(range, s, s.everything()) }
  }

  /**
   * The complete versions of some items, in ascending order, each checked as it comes; what the
   * home does not have is left out. What is not read of one before the next is passed over.
   * @param {Collection} c @param {Iterable<number>} items
   * @returns {AsyncGenerator<{item: number, size: number, bytes: AsyncGenerator<Uint8Array, void>}, void>}
   */
  async *originals(c, items) {
    const wanted = new Set(items)
    const s = await this.#stream('GET', `/v1/originals/${path(c.fixed)}?items=${base64(bitsOf(wanted))}`)
    for await (const { item, size, data } of readOriginals(s)) {
      if (!wanted.delete(item)) throw new GlimpseError('ErrMalformed', undefined, 'an original that was not asked for')
      yield { item, size, bytes: checked(new RangeReader(rootOf(c, item), size, 0, size), null, data) }
    }
  }

  /**
   * Asks who sealed a statement: a Verifier for those who do not have the keys, which the station
   * is believed. Of an authority there is no user.
   * @param {string} type @param {Uint8Array} statement @param {Uint8Array} seal @param {number} issued
   */
  async verify(type, statement, seal, issued) {
    const { outcome, user, key } = await this.call(m.verifyRequest, { type, statement, seal, issued }, m.verifyResponse, '/v1/verify')
    if (outcome) throw new GlimpseError(m.outcomes[outcome], undefined, 'says the hub')
    return { user: zeros(user) ? user.subarray(0, 0) : user, key }
  }

  /** New ids. @param {number} items */
  ids(items) {
    return this.call(m.idRequest, { items }, m.identifiers, '/v1/ids')
  }

  /**
   * Of whom keys were stopped after a number, and what the authority says now of the keys of some
   * users; the verifier checks its seal. Throws ErrConflict where it goes back.
   * @param {number} after @param {Uint8Array[]} users @param {import('./verify.js').Verifier} verifier
   */
  async keys(after, users, verifier) {
    const asked = { after, users, nonce: crypto.getRandomValues(new Uint8Array(16)) }
    const news = await this.call(m.keyNewsRequest, asked, m.keyNews, '/v1/keys')
    const statement = encode(await Promise.all([m.encodeMessage(m.keyNewsRequest, asked), m.encodeMessage(m.keyNews, { ...news, seal: none })].map(sha256)))
    const { user, key } = await verifier.verify('application/glimpse.key-news', statement, news.seal, 0)
    if (user.length) throw new GlimpseError('ErrSeal', undefined, 'key news by a user')
    if (news.number < after || news.more && news.number === after) throw new GlimpseError('ErrConflict', undefined, 'key news')
    return { ...news, authority: key }
  }

  /** The latest roster of the caller's user, for one, if any, that may be later; ErrNotFound where there is none. @param {Uint8Array} [roster] */
  async roster(roster = none) {
    return (await this.call(m.rosterMessage, { roster }, m.rosterMessage, '/v1/roster')).roster
  }

  settings() {
    return this.#get(m.settings, '/v1/settings')
  }

  /** Over which channels the caller is told besides the feed. */
  channels() {
    return this.#get(m.channels, '/v1/channels')
  }

  /** Chooses them, with codes for addresses that are new. @param {Partial<Of<typeof m.choice>>} choice */
  choose(choice) {
    return this.call(m.choice, choice, m.channels, '/v1/channels')
  }

  /** Letters on what the caller shares that nobody gets. */
  parked() {
    return this.#get(m.parked, '/v1/parked')
  }

  /** Hands a notification to its recipient's home. @param {Of<typeof m.notification>} notification @returns {Promise<void>} */
  deliver(notification) {
    return this.call(m.notification, notification, null, '/v1/deliveries')
  }

  /** What the token of a letter opens. @param {string} token */
  glimpse(token) {
    return this.#get(m.glimpse, linkPath(token))
  }

  /** A partial version for a guest, by places; nothing says what it should be. @param {string} token @param {number} item @param {number} version */
  async guestVersion(token, item, version) {
    const r = await this.#send('GET', `${linkPath(token)}/${item}/${version}`)
    return new ByteStream(r.body).all(mostMessage)
  }

  /**
   * Posts a message, and reads the one that answers it; null = none does.
   * @template A, B @param {import('./messages.js').Kind<A>} kind @param {Partial<A>} message
   * @param {import('./messages.js').Kind<B>|null} answer @param {string} path @returns {Promise<B>}
   */
  async call(kind, message, answer, path) {
    const r = await this.#send('POST', path, { message: m.encodeMessage(kind, message) })
    return answer ? this.#answer(answer, r) : /** @type {any} */ (undefined)
  }

  /** @template A @param {import('./messages.js').Kind<A>} answer @param {string} path */
  async #get(answer, path) {
    return this.#answer(answer, await this.#send('GET', path))
  }

  /** @template A @param {import('./messages.js').Kind<A>} kind @param {Response} r */
  async #answer(kind, r) {
    if (r.headers.get('Content-Type') !== contentType) throw notStation(r)
    return m.decodeMessage(kind, await new ByteStream(r.body).all(mostMessage))
  }

  /** @param {string} method @param {string} path @param {{message?: Uint8Array}} [body] */
  async #stream(method, path, body) {
    const r = await this.#send(method, path, body)
    if (r.headers.get('Content-Type') !== sequenceType) throw notStation(r)
    return new ByteStream(r.body)
  }

  /** @param {string} method @param {string} path @param {{message?: Uint8Array, stream?: Blob}} [body] */
  async #send(method, path, { message, stream } = {}) {
    const { auth, fetch: call = fetch, signal } = this.options
    const parts = /** @type {BlobPart[]} */ ([message, stream].filter(Boolean))
    /** @type {Record<string, string>} */
    const type = parts.length ? { 'Content-Type': contentType } : {}
    const headers = { Accept: contentType, ...type, ...await auth?.({ method, path, body: message }) }
    const r = await call(this.base + path, {
      method, headers, body: parts.length ? new Blob(parts) : undefined, signal, redirect: 'error',
      credentials: auth ? 'omit' : 'same-origin',
    }).catch((err) => {
      throw signal?.aborted ? err : new GlimpseError('ErrUnreachable', undefined, String(err))
    })
    if (!r.ok) throw await refusedBy(r)
    return r
  }
}

const none = new Uint8Array(0)

/** @param {Name} name */
const path = ({ author, id }) => `${hex(author)}/${hex(id)}`

/** Dots alone are steps along the path. @param {string} token */
function linkPath(token) {
  if (/^\.{0,2}$/.test(token)) throw new GlimpseError('ErrNotFound', undefined, 'path')
  return '/v1/links/' + encodeURIComponent(token)
}

/** @param {Response} r */
const notStation = (r) => new GlimpseError('ErrUnreachable', undefined, `answered by ${r.status} ${r.statusText}`)

/** The fault that a station answers with. @param {Response} r */
async function refusedBy(r) {
  try {
    return m.refusal(m.decodeMessage(m.fault, await new ByteStream(r.body).all(mostFault)))
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
    return notStation(r)
  }
}

/** @param {Response} r */
function sizeOf(r) {
  const text = r.headers.get('Glimpse-Size') ?? ''
  if (!/^\d{1,15}$/.test(text)) throw notStation(r)
  return Number(text)
}

/** The digest of the complete version; ErrSeal where the author has sealed none. @param {Collection} c @param {number} i */
function rootOf(c, i) {
  const root = c.digest(i, c.fixed.ladder.length - 1)
  if (!root) throw new GlimpseError('ErrSeal', undefined, 'no digest of item ' + i)
  return root
}

/** @param {RangeReader} range @param {ByteStream|null} s to be closed @param {AsyncIterable<Uint8Array>} pieces @returns {AsyncGenerator<Uint8Array, void>} */
async function* checked(range, s, pieces) {
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at += blockSize) { // what comes before a false block is good
        const bytes = await range.write(piece.subarray(at, at + blockSize))
        if (bytes.length) yield bytes
      }
    }
    range.end()
  } finally {
    await s?.close()
  }
}

/** @param {Collection} c @param {number} i @param {number} version @param {Uint8Array} bytes */
async function checkVersion(c, i, version, bytes) {
  const digest = c.digest(i, version)
  if (!digest || same(digest, await digestOf(bytes))) return bytes
  throw Object.assign(new GlimpseError('ErrDigest', undefined, `version ${version} of item ${i}`), { item: i })
}

/**
 * The versions that a stream brings, each checked against the author's digest, if there is one;
 * those with one digest one after the other.
 * @param {ReturnType<typeof readUpload>} frames @param {Collection} c @param {number} version
 * @param {Iterable<number>} [held] items that are left out @returns {AsyncGenerator<{item: number, bytes: Uint8Array}, void>}
 */
export async function* checkedVersions(frames, c, version, held = []) {
  const out = new Set(held), copies = copiesOf(c, version)
  for await (const f of frames) {
    if (f.version !== version || f.offset || f.item >= c.length || f.size > mostMessage) throw new GlimpseError('ErrMalformed', undefined, 'frame')
    const bytes = await checkVersion(c, f.item, version, await together(f.data))
    const digest = c.digest(f.item, version)
    for (const item of digest && copies.get(hex(digest)) || [f.item]) {
      if (!out.has(item)) yield { item, bytes }
      out.add(item)
    }
  }
}

/** Items by the digest of a version. @param {Collection} c @param {number} version @returns {Map<string, number[]>} */
function copiesOf(c, version) {
  const all = new Map()
  for (let i = 0; i < c.length; i++) {
    const digest = c.digest(i, version), name = digest && hex(digest)
    if (name) all.get(name)?.push(i) ?? all.set(name, [i])
  }
  return all
}
