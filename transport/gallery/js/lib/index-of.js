// Finds the place of an id in a column of ids.

const size = 16

/**
 * Index finds items by their ids. Its hash is seeded, so that whoever chose the ids cannot
 * choose ones that collide.
 */
export class Index {
  /** @param {Uint8Array} ids */
  constructor(ids) {
    const n = ids.length / size
    this.words = wordsOf(ids)
    this.mask = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * n))) - 1
    this.slots = new Int32Array(this.mask + 1) // number of the item + 1; 0 = free
    this.seeds = crypto.getRandomValues(new Uint32Array(4))
    /** The first item whose id an earlier one has, -1 if there is none. */
    this.duplicate = -1
    /** The first item whose id is zeros, -1 if there is none. */
    this.zero = -1
    for (let i = 0; i < n; i++) this.#put(i)
  }

  /** @param {number} i */
  #put(i) {
    const { words: w, slots } = this
    if (this.zero < 0 && (w[4 * i] | w[4 * i + 1] | w[4 * i + 2] | w[4 * i + 3]) === 0) this.zero = i
    const slot = this.#slot(w, 4 * i)
    if (slots[slot] === 0) slots[slot] = i + 1
    else if (this.duplicate < 0) this.duplicate = i
  }

  /**
   * The slot of the id at a place among words, or the free one where it would be.
   * @param {Uint32Array} id @param {number} at
   */
  #slot(id, at) {
    const { words: w, slots, mask, seeds } = this
    const a = id[at], b = id[at + 1], c = id[at + 2], d = id[at + 3]
    let h = Math.imul(a ^ seeds[0], 0x9e3779b1)
    h = Math.imul((h ^ h >>> 15) + b ^ seeds[1], 0x85ebca77)
    h = Math.imul((h ^ h >>> 13) + c ^ seeds[2], 0xc2b2ae3d)
    h = Math.imul((h ^ h >>> 16) + d ^ seeds[3], 0x27d4eb2f)
    for (let slot = (h ^ h >>> 15) & mask; ; slot = slot + 1 & mask) {
      const k = 4 * (slots[slot] - 1)
      if (k < 0 || w[k] === a && w[k + 1] === b && w[k + 2] === c && w[k + 3] === d) return slot
    }
  }

  /** The number of the item with an id, or -1. @param {Uint8Array} id */
  find(id) {
    return this.slots[this.#slot(wordsOf(id), 0)] - 1
  }
}

/** @param {Uint8Array} b @returns {Uint32Array} */
function wordsOf(b) {
  const aligned = b.byteOffset % 4 ? b.slice() : b
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
}
