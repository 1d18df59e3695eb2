// The vectors of collections, read anywhere: in Node and in browsers.
import { same, hex, sha256, unhex, concat } from '../lib/bytes.js'
import { decode } from '../lib/collection.js'
import { decodeEnd, decodeEndpoint, decodeUpdate, encodeEnd, encodeEndpoint, encodeUpdate } from '../lib/documents.js'
import { GlimpseError } from '../lib/errors.js'
import { sha256Of } from './sha256.js'
import { describe, describeEnd, describeEndpoint, describeUpdate } from '../conform/describe.js'

/**
 * @typedef {object} Vector
 * @property {string} name
 * @property {'collection'|'update'|'end'|'endpoint'} kind
 * @property {Partial<import('../lib/limits.js').Limits>} [limits]
 * @property {string} [hex]
 * @property {Piece[]} [pieces]
 * @property {string} [sha256]
 * @property {Record<string, unknown> & {readers?: string[]}} [want]
 * @property {string} [validate]
 * @property {string} [error]
 */

/**
 * @typedef {object} Piece
 * @property {string} [hex]
 * @property {{prefix: string, from: number, to: number}} [counter]
 * @property {{size: number, from: number, to: number}} [hash]
 * @property {{hex: string, times: number}} [repeat]
 */

/** @param {Vector} v @returns {Promise<Uint8Array>} */
export async function input(v) {
  if (!v.pieces) return unhex(v.hex ?? '')
  const all = concat(v.pieces.map(piece))
  check(hex(await sha256(all)) === v.sha256, 'the pieces make other bytes')
  return all
}

/** @param {Piece} p */
function piece(p) {
  if (p.repeat) return concat(Array(p.repeat.times).fill(unhex(p.repeat.hex)))
  if (p.counter) return counter(p.counter)
  if (!p.hash) return unhex(p.hex ?? '')
  const { size, from, to } = p.hash
  const all = new Uint8Array(size * (to - from))
  const sum = new Uint8Array(32)
  for (let i = from; i < to; i++) {
    sha256Of(i, sum)
    all.set(sum.subarray(0, size), size * (i - from))
  }
  return all
}

/** @param {{prefix: string, from: number, to: number}} c */
function counter({ prefix, from, to }) {
  const before = unhex(prefix)
  const size = before.length + 4
  const all = new Uint8Array(size * (to - from))
  const view = new DataView(all.buffer)
  for (let i = from; i < to; i++) {
    all.set(before, size * (i - from))
    view.setUint32(size * (i - from) + before.length, i)
  }
  return all
}

/** Reads one, and returns what it is, and it encoded again. @param {Vector} v @param {Uint8Array} b */
async function read(v, b) {
  if (v.kind === 'collection') {
    const c = decode(b, v.limits)
    return { want: () => describe(c, v.want?.readers), again: c.encode(), validate: () => c.validate() }
  }
  if (v.kind === 'update') {
    const u = decodeUpdate(b, v.limits)
    return { want: () => describeUpdate(u.update, hex(u.identity), u.kind), again: encodeUpdate(u) }
  }
  if (v.kind === 'end') {
    const e = decodeEnd(b, v.limits)
    return { want: async () => describeEnd(e, hex(e.identity)), again: encodeEnd(e) }
  }
  const e = decodeEndpoint(b, v.limits)
  return { want: async () => describeEndpoint(e), again: encodeEndpoint(e) }
}

/** Checks that an implementation does with a vector what it says. @param {Vector} v */
export async function run(v) {
  const b = await input(v)
  if (v.error) return checkRefusal(await refusal(() => read(v, b)), v.error, b.length)
  const got = await read(v, b)
  check(same(got.again, b), 'encoded again it differs: ' + hex(got.again.subarray(0, 200)))
  checkEqual(await got.want(), v.want)
  const refused = got.validate ? await refusal(async () => got.validate?.()) : undefined
  check((refused?.code ?? '') === (v.validate ?? ''), `validate: ${refused?.code}, want ${v.validate}`)
  const step = Math.max(1, Math.ceil(b.length / (b.length > 100000 ? 10 : 200)))
  for (let n = 0; n < b.length; n += step) {
    checkRefusal(await refusal(() => read(v, b.slice(0, n))), 'ErrTruncated', n)
  }
  if (!v.limits?.size) checkRefusal(await refusal(() => read(v, concat([b, Uint8Array.of(0)]))), 'ErrTrailing', b.length + 1)
}

/** @param {() => Promise<unknown>} act @returns {Promise<GlimpseError|undefined>} */
async function refusal(act) {
  try {
    await act()
  } catch (err) {
    if (err instanceof GlimpseError) return err
    throw err
  }
  return undefined
}

/** @param {GlimpseError|undefined} err @param {string} want @param {number} length */
function checkRefusal(err, want, length) {
  check(err?.is(want), `refused as ${err?.message}, want ${want}`)
  check(err?.offset !== undefined && err.offset >= 0 && err.offset <= length, `no place in the input: ${err?.message}`)
}

/** @param {unknown} have @param {unknown} want */
function checkEqual(have, want) {
  const [h, w] = [sorted(have), sorted(want)]
  check(h === w, `have ${h.slice(0, 3000)}\nwant ${w.slice(0, 3000)}`)
}

/** JSON with the keys in order, so that it can be compared. @param {unknown} value @returns {string} */
export function sorted(value) {
  return JSON.stringify(value, (_, v) => v && typeof v === 'object' && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a < b ? -1 : 1)) : v)
}

/** @param {unknown} ok @param {string} message */
export function check(ok, message) {
  if (!ok) throw new Error(message)
}
