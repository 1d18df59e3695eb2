// The digest of a file that is too large for memory: RFC 9162, section 2.1.1, as it is read.
import { concat, sha256 } from '../../lib/bytes.js'
import { blockSize } from '../../lib/digest.js'

/** Bytes that are read at once. */
const piece = 256 * blockSize

const leaf = Uint8Array.of(0), node = Uint8Array.of(1)

/**
 * The digest of a file, of which a few megabytes are in memory at a time.
 * @param {Blob} file @param {(read: number) => void} [onProgress] bytes that were read so far; what
 * it throws ends the reading @returns {Promise<Uint8Array>}
 */
export async function digestOfFile(file, onProgress = () => {}) {
  /** Whole subtrees from left to right, each higher than the next. @type {{height: number, hash: Uint8Array}[]} */
  const done = []
  for (let at = 0; at < file.size; at += piece) {
    const bytes = new Uint8Array(await file.slice(at, at + piece).arrayBuffer())
    for (const hash of await leaves(bytes)) await add(done, { height: 0, hash })
    onProgress(Math.min(file.size, at + piece))
  }
  let right = done.pop()?.hash ?? await sha256(new Uint8Array(0))
  for (let left = done.pop(); left; left = done.pop()) right = await join(left.hash, right)
  return right
}

/** @param {Uint8Array} bytes */
function leaves(bytes) {
  const all = []
  for (let at = 0; at < bytes.length; at += blockSize) all.push(sha256(concat([leaf, bytes.subarray(at, at + blockSize)])))
  return Promise.all(all)
}

/** @param {{height: number, hash: Uint8Array}[]} done @param {{height: number, hash: Uint8Array}} next */
async function add(done, next) {
  for (let last = done.at(-1); last?.height === next.height; last = done.at(-1)) {
    done.pop()
    next = { height: next.height + 1, hash: await join(last.hash, next.hash) }
  }
  done.push(next)
}

/** @param {Uint8Array} left @param {Uint8Array} right */
const join = (left, right) => sha256(concat([node, left, right]))
