// Digests of versions: Merkle trees with SHA-256 (RFC 9162, section 2.1.1) over blocks of 16 KiB;
// see "digests" and "Ranges with proof" in collection.cddl.
import { concat, same, sha256 } from './bytes.js'
import { GlimpseError } from './errors.js'

/** Bytes of a block; the last one is shorter. */
export const blockSize = 16384

/** @param {Uint8Array} block */
const leafOf = (block) => sha256(concat([Uint8Array.of(0), block]))

/** @param {Uint8Array} left @param {Uint8Array} right */
const nodeOf = (left, right) => sha256(concat([Uint8Array.of(1), left, right]))

/** Tree keeps what it takes to prove any block. */
export class Tree {
  /** @param {number} size @param {Uint8Array[][]} levels the leaves first */
  constructor(size, levels) {
    this.size = size
    this.levels = levels
  }

  /** @param {Uint8Array} data @returns {Promise<Tree>} */
  static async of(data) {
    const levels = [await Promise.all(blocks(data).map(leafOf))]
    for (let below = levels[0]; below.length > 1; levels.push(below)) {
      const above = []
      for (let i = 0; i < below.length; i += 2) {
        above.push(i + 1 < below.length ? await nodeOf(below[i], below[i + 1]) : below[i])
      }
      below = above
    }
    return new Tree(data.length, levels)
  }

  /** The digest. @returns {Promise<Uint8Array>} */
  async root() {
    return this.levels[this.levels.length - 1][0] ?? sha256(new Uint8Array(0))
  }

  /** The siblings that prove block i, from its leaf up. @param {number} i @returns {Uint8Array[]} */
  path(i) {
    return this.levels.slice(0, -1).flatMap((level, l) => level[i >> l ^ 1] ?? [])
  }
}

/** @param {Uint8Array} data @returns {Uint8Array[]} */
function blocks(data) {
  const all = []
  for (let at = 0; at < data.length; at += blockSize) all.push(data.subarray(at, at + blockSize))
  return all
}

/** The digest of a version. @param {Uint8Array} data */
export const digestOf = async (data) => (await Tree.of(data)).root()

/**
 * Checks one block of a version; throws ErrDigest.
 * @param {Uint8Array} root @param {number} size of the version @param {number} i @param {Uint8Array} block @param {Uint8Array[]} path
 */
export async function verifyBlock(root, size, i, block, path) {
  const n = Math.ceil(size / blockSize)
  const right = i < n && block.length === Math.min(blockSize, size - i * blockSize)
  const top = right && await fold(await leafOf(block), i, n, path)
  if (!top || !same(top, root)) throw new GlimpseError('ErrDigest', undefined, 'block ' + i)
}

/** @param {Uint8Array} node @param {number} i @param {number} n @param {Uint8Array[]} path @returns {Promise<Uint8Array|null>} */
async function fold(node, i, n, path) {
  let k = 0
  for (let last = n - 1; last > 0; last >>= 1, i >>= 1) {
    if (i === last && !(i & 1)) continue
    const sibling = path[k++]
    if (!sibling || sibling.length !== 32) return null
    node = i & 1 ? await nodeOf(sibling, node) : await nodeOf(node, sibling)
  }
  return k === path.length ? node : null
}

/**
 * RangeReader checks a range with proof as it comes ("Ranges with proof" of collection.cddl):
 * what it returns has been checked.
 */
export class RangeReader {
  /** @param {Uint8Array} root @param {number} size of the version @param {number} offset @param {number} length */
  constructor(root, size, offset, length) {
    if (offset < 0 || length < 0 || offset + length > size) throw new GlimpseError('ErrDigest', undefined, 'no such range')
    this.root = root
    this.size = size
    this.blocks = Math.ceil(size / blockSize)
    this.from = offset
    this.to = offset + length
    this.block = Math.floor(offset / blockSize)
    /** Nodes that are known, by level and place. @type {Map<string, Uint8Array>} */
    this.known = new Map()
    this.first = true
    /** What has come of the next frame. @type {Uint8Array} */
    this.left = new Uint8Array(0)
  }

  get done() {
    return this.from === this.to
  }

  /**
   * Takes bytes of the stream as they come, and returns those of the range that they complete.
   * @param {Uint8Array} bytes @returns {Promise<Uint8Array>}
   */
  async write(bytes) {
    this.left = concat([this.left, bytes])
    const out = []
    for (let frame = this.#frame(); frame && this.left.length >= frame.length; frame = this.#frame()) {
      out.push(await this.#take(frame))
    }
    if (this.done && this.left.length) throw new GlimpseError('ErrDigest', undefined, 'the stream goes on')
    return concat(out)
  }

  /** Refuses a stream that ended early. */
  end() {
    if (!this.done) throw new GlimpseError('ErrDigest', undefined, 'the stream ends early')
  }

  /** What the next frame is made of. */
  #frame() {
    if (this.done) return null
    const i = this.block, last = this.blocks - 1
    let height = 0
    while (this.first ? last >> height : !(i >> height & 1)) height++
    const siblings = Array.from({ length: height }, (_, level) => ({ level, place: i >> level ^ 1 }))
      .filter(({ level, place }) => place <= last >> level)
    const data = Math.min(blockSize, this.size - i * blockSize)
    return { height, siblings, length: 32 * siblings.length + data }
  }

  /** @param {{height: number, siblings: {level: number, place: number}[], length: number}} frame */
  async #take({ height, siblings, length }) {
    const i = this.block
    const block = this.left.subarray(32 * siblings.length, length)
    const path = siblings.map((_, k) => this.left.subarray(32 * k, 32 * k + 32))
    const under = Math.min(this.blocks - (i >> height << height), 2 ** height)
    const top = await fold(await leafOf(block), i & 2 ** height - 1, under, path)
    const name = height + '/' + (i >> height)
    const want = this.first ? this.root : this.known.get(name)
    if (!top || !want || !same(top, want)) throw new GlimpseError('ErrDigest', undefined, 'block ' + i)
    this.known.delete(name)
    siblings.filter(({ level, place }) => place > i >> level).forEach(({ level, place }) => this.known.set(level + '/' + place, path[siblings.findIndex((s) => s.level === level)].slice()))
    this.first = false
    this.left = this.left.subarray(length)
    this.block++
    const from = this.from - i * blockSize
    const part = block.subarray(from, Math.min(block.length, this.to - i * blockSize))
    this.from += part.length
    return part
  }
}

/** The stream of a range: see "Ranges with proof" in collection.cddl. @param {Tree} tree @param {Uint8Array} data @param {number} offset @param {number} length */
export function rangeWithProof(tree, data, offset, length) {
  const last = tree.levels[0].length - 1
  const first = Math.floor(offset / blockSize)
  const out = []
  for (let i = first; length > 0 && i * blockSize < offset + length; i++) {
    for (let level = 0; i === first ? last >> level : !(i >> level & 1); level++) {
      const sibling = tree.levels[level][i >> level ^ 1]
      if (sibling) out.push(sibling)
    }
    out.push(data.subarray(i * blockSize, (i + 1) * blockSize))
  }
  return concat(out)
}
