// The rosters of one owner: the latest, and before it those that show why its key may seal it.
import { hex, same } from './bytes.js'
import { GlimpseError } from './errors.js'

/** @typedef {import('./roster.js').Roster & {statement: Uint8Array, cosigned: boolean}} Link */

/** How many may stand before the latest. */
const mostBefore = 8

/** Chain never changes. */
export class Chain {
  /** @param {string} by the authority on whose word the first key rests, '' = none @param {Link[]} links */
  constructor(by, links) {
    this.by = by
    this.links = links
    this.last = links[links.length - 1]
    /** The user key, which seals the next roster. */
    this.root = links.reduce((root, l) => l.next?.name ?? root, links[0].by.name)
  }

  /** The place of the last roster that a key has sealed, -1 = none. @param {string} name */
  sealed(name) {
    return this.links.findLastIndex((l) => l.by.name === name)
  }

  /** Whether a roster is held, as well countersigned. @param {Uint8Array} statement @param {boolean} cosigned */
  knows(statement, cosigned) {
    return this.links.some((l) => same(l.statement, statement) && (!cosigned || l.cosigned))
  }

  /**
   * The chain with a roster where it belongs, null if that is an older one; throws ErrChanged if it
   * contradicts.
   * @param {Link} r @returns {Chain|null}
   */
  place(r) {
    const i = this.sealed(r.by.name)
    const own = this.links[i]
    const n = this.links.length
    if (this.#follows(r, own)) return this.#replacing(this.last.by.name === r.by.name && !this.last.next ? n - 1 : n, r)
    if (!own) throw new GlimpseError('ErrChanged')
    const repeats = same(r.statement, own.statement)
    if (r.number < own.number && !r.next || repeats && (own.cosigned || !r.cosigned)) return null
    if (r.cosigned && !own.cosigned && same(r.recovery, own.recovery)) return this.#replacing(i, r, repeats)
    throw new GlimpseError('ErrChanged')
  }

  /** @param {number} stay how many stay before it @param {Link} r @param {boolean} [repeats] */
  #replacing(stay, r, repeats = false) {
    if (stay > mostBefore) throw new GlimpseError('ErrKey', undefined, 'too many changes of the user key')
    return new Chain(this.by, [...this.links.slice(0, stay), r, ...repeats ? this.links.slice(stay + 1) : []])
  }

  /** Whether a roster takes the place of the latest. @param {Link} r @param {Link|undefined} own the last by the same key */
  #follows(r, own) {
    const { recovery, number } = this.last
    if (r.by.name === hex(recovery)) return !own || r.number > own.number
    return r.by.name === this.root && r.number > number && (!recovery.length || same(r.recovery, recovery))
  }
}
