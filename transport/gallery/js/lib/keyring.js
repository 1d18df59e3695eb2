// Whose key it is, and whether it counts.
import { hex, same, unhex, zeros } from './bytes.js'
import { Reader } from './cbor.js'
import { Chain } from './chain.js'
import { GlimpseError } from './errors.js'
import { Key, openSeal } from './key.js'
import { isLater, keyStatement, readKeyStatement, readRoster, rosterStatement } from './roster.js'
import { possessionStatement, purpose } from './statements.js'

const none = new Uint8Array(0)

/** The purposes by which a station says what is there, and who may have it: not a device's. */
const announcements = [purpose.update, purpose.endpoint, purpose.acceptance]

/**
 * Entry is what is held on a key. By is the authority that vouches, '' = by hand, or the key
 * proves itself.
 * @typedef {object} Entry
 * @property {string} user '' = an authority
 * @property {Key} key
 * @property {'user'|'authority'|'revoked'} role
 * @property {number} from
 * @property {number} until
 * @property {number} issued
 * @property {number} retired
 * @property {string} by
 */

/** Keyring knows whose key a seal was made with, and whether it counts. */
export class Keyring {
  /** @type {Map<string, Entry>} */
  #entries = new Map()
  /** By user, or by an authority's root key. @type {Map<string, Chain>} */
  #rosters = new Map()
  /** In whose roster a key is. @type {Map<string, string>} */
  #listed = new Map()
  /** By which authorities a key is revoked, '' = by hand. @type {Map<string, Set<string>>} */
  #revoked = new Map()

  /** Trusts a key as an authority's root. @param {Key} key */
  addAuthority(key) {
    this.#trust('', key, false)
  }

  /** Takes a key as a user's, because somebody who knows says so. @param {Uint8Array} user @param {Key} key */
  trust(user, key) {
    this.#trust(hex(user), key, false)
  }

  /** Takes a key as a user's if no key of the user is known. @param {Uint8Array} user @param {Key} key */
  async pin(user, key) {
    if (same(await key.userId(), user)) this.#prove(hex(user), key)
    else this.#trust(hex(user), key, true)
  }

  /** @param {string} user @param {Key} key @param {boolean} firstOnly */
  #trust(user, key, firstOnly) {
    const role = user ? 'user' : 'authority'
    const revoked = this.#revoked.get(key.name)
    if (firstOnly ? revoked : revoked?.has('')) throw new GlimpseError('ErrRevoked')
    const old = this.#held(key.name)
    if (old && (old.user !== user || old.role !== role)) throw new GlimpseError('ErrChanged')
    if (firstOnly && old) return
    if (firstOnly && this.#anyOf(user)) throw new GlimpseError('ErrChanged')
    this.#entries.set(key.name, { ...(old ?? blank(user, key, role)), by: '' })
  }

  /** Takes a key that proves itself, and forgets what others have said of the user's. @param {string} user @param {Key} key */
  #prove(user, key) {
    const held = this.#entries.get(key.name)
    if (held?.by === '') return
    for (const [name, e] of this.#entries) if (e.user === user && e.by || name === key.name) this.#entries.delete(name)
    if (this.#rosters.get(user) && this.#rosters.get(user)?.links[0].by.name !== key.name) {
      this.#unlist(user)
      this.#rosters.delete(user)
    }
    this.#entries.set(key.name, { ...blank(user, key, 'user'), retired: held?.retired ?? 0 })
  }

  /** @param {string} user @returns {boolean} whether a key of a user is held */
  #anyOf(user) {
    return [...this.#entries.values()].some((e) => e.role === 'user' && e.user === user)
  }

  /** Ends a key: seals issued before that moment stand. @param {Uint8Array} id @param {number} at seconds */
  retire(id, at) {
    const e = this.#entries.get(hex(id))
    if (!e) throw new GlimpseError('ErrUnknownKey')
    if (!e.retired || at < e.retired) e.retired = at
  }

  /** Ends a key for good, whether or not it is held. @param {Uint8Array} id */
  revoke(id) {
    this.#revoke(hex(id), '')
  }

  /** @param {string} name @param {string} by */
  #revoke(name, by) {
    this.#revoked.set(name, (this.#revoked.get(name) ?? new Set()).add(by))
  }

  /** Takes a sealed key statement of an authority's. @param {Uint8Array} bytes */
  async add(bytes) {
    return this.#say(await readKeyStatement(bytes))
  }

  /** @param {import('./roster.js').KeyStatement} s */
  async #say(s) {
    const { user, key } = await this.verify(purpose.key, keyStatement(s), s.seal, s.issued)
    if (user.length) throw new GlimpseError('ErrKey', undefined, 'no authority\'s')
    const by = hex(key), name = s.key.name
    const old = this.#held(name)
    const own = name === by
    const rooted = old?.role === 'authority' && old.by === ''
    if (own && s.role === 'revoked') return this.#revoke(by, '')
    if (s.role === 'revoked' && old && old.by !== by || rooted && !own || s.role === 'authority' && !own) {
      throw new GlimpseError('ErrKey', undefined, 'the authority does not speak for it')
    }
    if (s.role === 'revoked') return this.#revoke(name, by)
    await this.#vouched(s, s.role, by, old)
  }

  /** @param {import('./roster.js').KeyStatement} s @param {'user'|'authority'} role @param {string} by @param {Entry|undefined} old */
  async #vouched(s, role, by, old) {
    const user = role === 'authority' ? '' : hex(s.user)
    if (user && same(await s.key.userId(), s.user)) return this.#prove(user, s.key)
    if (old && (old.user !== user || old.role !== role)) throw new GlimpseError('ErrChanged')
    if (!old && role === 'user' && this.#anyOf(user)) throw new GlimpseError('ErrChanged')
    const rooted = old?.role === 'authority' && old.by === ''
    const others = old && !rooted && old.by !== by && (old.by === '' || this.#stands(old.by))
    if (others || old && old.by === by && !isLater(s, old)) return
    const { key, from, until, issued } = s
    this.#entries.set(key.name, { user, key, role, from, until, issued, retired: old?.retired ?? 0, by: rooted ? '' : by })
  }

  /** Takes a roster, and those before it. @param {Uint8Array} bytes */
  async addRoster(bytes) {
    const r = await readRoster(bytes)
    for (const one of [...r.before, { ...r, before: [] }]) await this.#addRoster(one)
  }

  /** @param {import('./roster.js').Roster} r */
  async #addRoster(r) {
    const statement = await rosterStatement(r)
    const of = zeros(r.user) ? r.by.name : hex(r.user)
    if (this.#rosters.get(of)?.knows(statement, r.countersignature.length > 0)) return
    await r.by.verify(purpose.roster, statement, r.seal)
    for (const s of r.stations) await prove(s.key, r.user, s.proof)
    this.#follow(r, of, await this.#countersigned(r, statement), same(await r.by.userId(), r.user), statement)
  }

  /** The authority that has countersigned, '' = none that is known. @param {import('./roster.js').Roster} r @param {Uint8Array} statement */
  async #countersigned(r, statement) {
    if (!r.countersignature.length) return ''
    try {
      const { user, key } = await this.verify(purpose.roster, statement, r.countersignature, 0)
      if (!user.length) return hex(key)
    } catch (err) {
      if (err instanceof GlimpseError && (err.is('ErrUnknownKey') || err.is('ErrRevoked'))) return ''
    }
    throw new GlimpseError('ErrKey', undefined, 'countersigned by no authority')
  }

  /**
   * @param {import('./roster.js').Roster} r @param {string} of @param {string} by the authority
   * @param {boolean} proven whether the user's id is derived of the key @param {Uint8Array} statement
   */
  #follow(r, of, by, proven, statement) {
    const user = zeros(r.user) ? '' : of
    if (proven) this.#prove(user, r.by)
    const held = this.#held(r.by.name)
    if (!by && this.#ended(r.by.name, held)) throw new GlimpseError('ErrRevoked')
    const chain = this.#rosters.get(of)
    const link = { ...r, statement, cosigned: by !== '' }
    if (chain) {
      if (held && held.user !== user) throw new GlimpseError('ErrChanged')
      const next = chain.place(link)
      if (next) this.#keep(of, user, next)
      return
    }
    this.#keep(of, user, new Chain(this.#introduced(user, held, by), [link]))
  }

  /** Who introduces the key of a first roster. @param {string} user @param {Entry|undefined} held @param {string} by */
  #introduced(user, held, by) {
    const role = user ? 'user' : 'authority'
    if (held && held.user === user && held.role === role) return held.by
    if (held || user && this.#anyOf(user)) throw new GlimpseError('ErrChanged')
    if (!by || !user) throw new GlimpseError('ErrUnknownKey')
    return by
  }

  /** @param {string} of @param {string} user @param {Chain} chain */
  #keep(of, user, chain) {
    this.#unlist(of)
    this.#rosters.set(of, chain)
    for (const s of chain.last.stations) {
      const other = this.#listed.get(s.key.name)
      if (!other || s.role === 'removed') this.#listed.set(s.key.name, of)
    }
    const { by } = chain.last
    if (user && by.name === chain.root && !this.#entries.has(by.name)) {
      this.#entries.set(by.name, { ...blank(user, by, 'user'), by: chain.by })
    }
  }

  /** @param {string} of */
  #unlist(of) {
    for (const s of this.#rosters.get(of)?.last.stations ?? []) {
      if (this.#listed.get(s.key.name) === of) this.#listed.delete(s.key.name)
    }
  }

  /** What is held on a key: by itself, or as the latest roster lists it. @param {string} name @returns {Entry|undefined} */
  #held(name) {
    const e = this.#entries.get(name), of = this.#listed.get(name)
    const chain = of === undefined ? undefined : this.#rosters.get(of)
    if (!chain || of === undefined) return e
    const user = zeros(chain.last.user) ? '' : of
    if (e && e.by === '' && e.user !== user) return e
    const station = chain.last.stations.find((s) => s.key.name === name)
    if (!station) return e
    const entry = e && e.user === user ? { ...e } : { ...blank(user, station.key, 'user'), by: chain.by }
    if (!user) Object.assign(entry, { role: 'authority', by: of })
    if (station.role === 'removed') entry.role = 'revoked'
    return entry
  }

  /** @param {string} name @param {Entry|undefined} e */
  #ended(name, e) {
    return [...this.#revoked.get(name) ?? []].some((by) => by === '' || !e || by === e.by)
  }

  /** Whether a key counts, as far as it is held. @param {string} name @returns {boolean} */
  #stands(name) {
    const e = this.#held(name)
    if (this.#ended(name, e)) return false
    if (!e) return true
    if (e.by && e.by !== name && !this.#stands(e.by)) return false
    return e.role !== 'revoked' && !this.#former(name, e)
  }

  /** Whether a key was a user key, or introduced, and the roster lists it no more. @param {string} name @param {Entry} e */
  #former(name, e) {
    const chain = e.role === 'user' ? this.#rosters.get(e.user) : undefined
    return chain && !this.#listed.has(name) && (e.by !== '' || chain.sealed(name) >= 0) && chain.root !== name
  }

  /** The thumbprints of the keys of users that count, ascending. @returns {string[]} */
  get keys() {
    const all = new Set([...this.#entries.keys(), ...this.#listed.keys()])
    return [...all].filter((name) => this.#held(name)?.role === 'user' && this.#stands(name)).sort()
  }

  /**
   * Says whose seal it is. For an authority's user has no bytes, and key is the root's.
   * @param {string} type @param {Uint8Array} statement @param {Uint8Array} seal @param {number} issued
   * @returns {Promise<{user: Uint8Array, key: Uint8Array}>}
   */
  async verify(type, statement, seal, issued) {
    const s = openSeal(type, seal)
    const name = hex(s.key)
    const e = this.#held(name)
    if (!this.#stands(name)) throw new GlimpseError('ErrRevoked')
    if (!e) throw new GlimpseError('ErrUnknownKey')
    if (announcements.includes(type) && this.#isDevice(name)) throw new GlimpseError('ErrRevoked', undefined, 'a device\'s')
    await e.key.check(s, statement)
    if (issued && (issued < e.from || e.until && issued >= e.until || e.retired && issued >= e.retired)) {
      throw new GlimpseError('ErrExpired')
    }
    const operating = e.role === 'authority' && e.by !== ''
    return { user: e.role === 'authority' ? none : unhex(e.user), key: operating ? unhex(e.by) : s.key }
  }

  /** @param {string} name */
  #isDevice(name) {
    const chain = this.#rosters.get(this.#listed.get(name) ?? '')
    return chain?.last.stations.some((s) => s.key.name === name && s.role === 'device')
  }

  /**
   * Takes statements on keys and rosters that stand one after the other (RFC 8742), as a hub
   * sends them. Returns the refusals, which do not keep the others out; bytes that are neither
   * end the reading.
   * @param {Uint8Array} bytes @returns {Promise<unknown[]>}
   */
  async load(bytes) {
    const refused = []
    for (const r = new Reader(bytes); r.at < r.end;) {
      const at = r.at
      let one, statement
      try {
        one = r.skip()
        statement = one[0] === 0x89 ? null : await readKeyStatement(one)
      } catch (err) {
        return [...refused, new GlimpseError('ErrKey', at, String(err))]
      }
      try {
        await (statement ? this.#say(statement) : this.addRoster(one))
      } catch (err) {
        refused.push(err)
      }
    }
    return refused
  }
}

/** @param {string} user @param {Key} key @param {'user'|'authority'} role @returns {Entry} */
const blank = (user, key, role) => ({ user, key, role, from: 0, until: 0, issued: 0, retired: 0, by: '' })

/** Checks that the holder of a key agrees that it is a user's. @param {Key} key @param {Uint8Array} user @param {Uint8Array} proof */
async function prove(key, user, proof) {
  try {
    await key.verify(purpose.possession, possessionStatement(none, user), proof)
  } catch (err) {
    throw new GlimpseError('ErrKey', undefined, 'possession not proved: ' + String(err))
  }
}
