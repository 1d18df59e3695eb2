// Ranks, kinds and ladders: see "Labels" in collection.cddl.

/** @typedef {'flag'|'boolean'|'degree'} Kind */
/** @typedef {{name: string, pixels: bigint}} Version pixels: nominal, 0 = unlimited or unknown */

/** The kinds, by their numbers. @type {Kind[]} */
export const kinds = ['flag', 'boolean', 'degree']

/** Levels of a rank. */
export const pending = 0, complete = 14, withdrawn = 15

/** The greatest rank. */
export const maxRank = 2 ** 32 - 1

/** @returns {Version[]} the default ladder */
export const defaultLadder = () => [
  { name: 'thumbnail', pixels: 19200n }, { name: 'screen', pixels: 307200n }, { name: 'original', pixels: 0n },
]

/** @param {number} rank */
export const levelOf = (rank) => rank & 15

/** @param {number} rank */
export const generationOf = (rank) => Math.floor(rank / 16)

/**
 * Reports whether a kind and a ladder of so many versions have a rank.
 * @param {number} rank @param {Kind} kind @param {number} versions
 */
export function hasRank(rank, kind, versions) {
  const level = levelOf(rank)
  return level === pending || level >= complete || kind === 'degree' && level < versions
}
