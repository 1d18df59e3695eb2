// Sets of items by their places in a collection: see "set" in transport.cddl.

/** The set of the items at some places. @param {Iterable<number>} places @returns {Uint8Array} */
export function bitsOf(places) {
  const all = [...places]
  const set = new Uint8Array(all.reduce((n, i) => Math.max(n, (i >> 3) + 1), 0))
  for (const i of all) set[i >> 3] |= 1 << (i & 7)
  return set
}

/** @param {Uint8Array|undefined} set @param {number} i @returns {boolean} */
export const hasBit = (set, i) => ((set?.[i >> 3] ?? 0) >> (i & 7) & 1) === 1

/** The places of the items in a set, ascending. @param {Uint8Array|undefined} set @returns {number[]} */
export function places(set) {
  const all = []
  for (let i = 0; i < 8 * (set?.length ?? 0); i++) if (hasBit(set, i)) all.push(i)
  return all
}
