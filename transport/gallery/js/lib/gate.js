// What may be done with a version of an item, and why not: the default policy.
import { complete, hasRank, levelOf, pending, withdrawn } from './label.js'

/** @typedef {'view'|'search'|'fetch'|'print'|'re-share'|'export'} Right */

/** All rights. @type {Right[]} */
export const rights = ['view', 'search', 'fetch', 'print', 're-share', 'export']

/**
 * Holder is who asks: which versions are held here, whether it is the author, or one whom the
 * author has not accepted, to whom a complete item is as one of which only partial versions are there.
 * @typedef {{held?: number[], author?: boolean, unaccepted?: boolean}} Holder
 */

/**
 * Refusal says why not, and what would lift it: the least later rank, 0 if none would, or that
 * the version is held here.
 * @typedef {{right: Right, reason: 'pending'|'unaccepted'|'withdrawn'|'unknown'|'forbidden'|'not found', lift: {rank: number, held: boolean}}} Refusal
 */

/** Gate answers for the collections of a kind and a ladder of so many versions. */
export class Gate {
  /** @param {import('./label.js').Kind} kind @param {number} versions */
  constructor(kind, versions) {
    this.kind = kind
    this.versions = versions
  }

  /**
   * What a holder may do with a version of an item of a rank.
   * @param {number} rank @param {number} version @param {Holder} [holder] @returns {Right[]}
   */
  rights(rank, version, holder = {}) {
    if (!this.#has(version) || !hasRank(rank, this.kind, this.versions)) return []
    const level = this.#seen(levelOf(rank), holder)
    const held = holder.held ?? []
    const here = held.includes(version), whole = held.includes(this.versions - 1)
    if (level === complete || holder.author && whole) return rights
    const there = this.#there(level, version)
    return rights.filter((right) => right === 'view' ? here || there : right === 'fetch' ? there
      : right === 'print' && here && whole && level !== withdrawn)
  }

  /** @param {number} version */
  #has(version) {
    return Number.isInteger(version) && version >= 0 && version < this.versions
  }

  /** @param {number} level @param {number} version whether it may be on the network, as far as the label says */
  #there(level, version) {
    if (level === withdrawn) return false
    return this.kind === 'degree' ? version < level : version < this.versions - 1
  }

  /** @param {number} level @param {Holder} holder */
  #seen(level, holder) {
    if (level !== complete || !holder.unaccepted) return level
    return this.kind === 'degree' ? this.versions - 1 : pending
  }

  /**
   * Null if the holder has the right, a refusal if not.
   * @param {number} rank @param {Right} right @param {number} version @param {Holder} [holder] @returns {Refusal|null}
   */
  check(rank, right, version, holder = {}) {
    if (this.rights(rank, version, holder).includes(right)) return null
    const lift = { rank: 0, held: false }
    if (!this.#has(version)) return { right, reason: 'not found', lift }
    if (!hasRank(rank, this.kind, this.versions)) return { right, reason: 'unknown', lift }
    const accepted = { ...holder, unaccepted: false }
    if (this.rights(rank, version, accepted).includes(right)) return { right, reason: 'unaccepted', lift }
    return this.#explain(rank, right, version, accepted)
  }

  /** @param {number} rank @param {Right} right @param {number} version @param {Holder} holder @returns {Refusal} */
  #explain(rank, right, version, holder) {
    const level = levelOf(rank), first = rank - level
    const holding = { ...holder, held: [...holder.held ?? [], version] }
    const lift = { rank: 0, held: this.rights(rank, version, holding).includes(right) }
    if (level === complete || !rights.includes(right)) return { right, reason: 'forbidden', lift }
    const from = level === withdrawn ? pending : level + 1
    const later = Array.from({ length: complete + 1 - from }, (_, i) => from + i)
      .find((l) => this.rights(l, version, holder).includes(right))
    if (later === undefined) return { right, reason: 'forbidden', lift }
    if (level !== withdrawn) lift.rank = first + later
    else if (first + 16 <= 2 ** 32 - 16) lift.rank = first + 16 + later
    return { right, reason: level === withdrawn ? 'withdrawn' : 'pending', lift }
  }
}
