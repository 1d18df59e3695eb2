// Wishes: originals that somebody wants, and which are fetched when they can be. They outlast the page.
import { hex } from '../lib/bytes.js'
import { keys, read, remove, write } from './store.js'

/** @typedef {{author: string, id: string, item: string, tries: number, next: number}} Wish all but the numbers in hexadecimal; next: when it is tried again, in milliseconds since 1970 */
/** @typedef {import('../lib/collection.js').Collection} Collection */

/** Between two tries, in milliseconds: at first, and at most. */
const first = 15_000, most = 3_600_000

/** @param {Collection} c @param {number} i */
const nameOf = (c, i) => `${hex(c.fixed.author)}/${hex(c.fixed.id)}/${hex(c.id(i))}`

/** Wishes for the original of an item. @param {Collection} c @param {number} i */
export async function wish(c, i) {
  const [author, id, item] = nameOf(c, i).split('/')
  await write('wishes', nameOf(c, i), { author, id, item, tries: 0, next: 0 })
}

/** @param {Collection} c @param {number} i */
export const unwish = (c, i) => remove('wishes', nameOf(c, i))

/** The places of the items of a collection that are wished for. @param {Collection} c @returns {Promise<number[]>} */
export async function wished(c) {
  const all = new Set(await keys('wishes'))
  return Array.from({ length: c.length }, (_, i) => i).filter((i) => all.has(nameOf(c, i)))
}

/** All wishes, by their names. @returns {Promise<Map<string, Wish>>} */
export async function wishes() {
  return new Map(await Promise.all((await keys('wishes')).map(async (name) => /** @type {[string, Wish]} */ ([name, await read('wishes', name)]))))
}

/**
 * Tries what is wished for in a collection and may be tried now, one after the other; what comes is
 * wished for no more. What the gate refuses waits for its label to go, and is tried at once then;
 * where nobody could be reached, the pauses double. Returns when to try again, in milliseconds
 * since 1970; Infinity = when labels go.
 * @param {Collection} c @param {(i: number) => Promise<unknown>} fetch original() of originals.js, and what is done with what it brings
 * @returns {Promise<number>}
 */
export async function tryWishes(c, fetch) {
  let soonest = Infinity
  for (const i of await wished(c)) {
    const name = nameOf(c, i)
    /** @type {Wish} */
    const w = await read('wishes', name)
    if (w.next > Date.now()) {
      soonest = Math.min(soonest, w.next)
      continue
    }
    try {
      await fetch(i)
      await remove('wishes', name)
    } catch (err) {
      const { kind, refusal } = /** @type {import('./originals.js').Unavailable} */ (err)
      if (!kind) throw err
      if (refusal || kind === 'ended' || kind === 'station') continue // no pause changes that
      const next = Date.now() + Math.min(most, first * 2 ** w.tries)
      await write('wishes', name, { ...w, tries: w.tries + 1, next })
      soonest = Math.min(soonest, next)
    }
  }
  return soonest
}
