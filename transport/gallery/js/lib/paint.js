// Joins many long runs of ranks in no more time than their number and that of the items take,
// so that a few bytes of hostile input cannot cost much.
import { generationOf } from './label.js'

/**
 * Raises ranks to those of runs, painting from the greatest down and each item once. Where
 * the ranks before are given, runs count for items whose generation is at least theirs.
 * @param {Uint32Array} ranks @param {[rank: number, from: number, to: number][]} runs
 * @param {Uint32Array} [before]
 */
export function paint(ranks, runs, before) {
  const tree = new Tree(ranks.length, before)
  for (const [rank, from, to] of runs.sort((a, b) => b[0] - a[0])) {
    const need = before ? generationOf(rank) + 1 : 1
    for (let i = tree.first(from, to, need); i < to; i = tree.first(i + 1, to, need)) {
      if (rank > ranks[i]) ranks[i] = rank
      tree.clear(i)
    }
  }
}

/** Tree finds the next item that is not painted and whose generation is high enough. */
class Tree {
  /** @param {number} n @param {Uint32Array} [before] */
  constructor(n, before) {
    this.size = 1
    while (this.size < n) this.size *= 2
    this.most = new Uint32Array(2 * this.size) // of the leaves below; 0 = painted
    for (let i = 0; i < n; i++) this.most[this.size + i] = before ? generationOf(before[i]) + 1 : 1
    for (let k = this.size - 1; k > 0; k--) this.most[k] = Math.max(this.most[2 * k], this.most[2 * k + 1])
  }

  /** The first leaf from on with at least need, or to or more. @param {number} from @param {number} to @param {number} need */
  first(from, to, need) {
    if (from >= to) return to
    let k = this.size + from
    while (this.most[k] < need) {
      while (k & 1) k >>= 1
      if (k === 0) return to
      k++
    }
    while (k < this.size) {
      k *= 2
      if (this.most[k] < need) k++
    }
    return k - this.size
  }

  /** @param {number} i */
  clear(i) {
    this.most[this.size + i] = 0
    for (let k = (this.size + i) >> 1; k > 0; k >>= 1) {
      const most = Math.max(this.most[2 * k], this.most[2 * k + 1])
      if (this.most[k] === most) return
      this.most[k] = most
    }
  }
}
