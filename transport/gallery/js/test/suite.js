// What is tested in Node and in browsers alike: every vector of the repository, seals made
// elsewhere, and the rules that no vector holds.
import { digestOfFile } from '../app/make/digest.js'
import { concat, hex, same, sha256, unhex } from '../lib/bytes.js'
import { decode } from '../lib/collection.js'
import { blockSize, RangeReader, rangeWithProof, Tree, verifyBlock } from '../lib/digest.js'
import { decodeUpdate } from '../lib/documents.js'
import { GlimpseError } from '../lib/errors.js'
import { apply } from '../lib/join.js'
import { Key } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import { encodeRoster, readKeyStatement, encodeKeyStatement, readRoster, rosterStatement } from '../lib/roster.js'
import { decodeThumb } from '../lib/thumbhash.js'
import { verify } from '../lib/verify.js'
import { check, run, sorted } from './vectors.js'
import * as exchanges from './exchanges.js'
import * as rules from './rules.js'
import * as stations from './stations.js'

/** @typedef {(path: string) => Promise<string>} Load a file of the repository */
/** @typedef {{name: string, run: () => Promise<void>}} Case */

/** @param {Load} load @returns {Promise<Case[]>} */
export async function cases(load) {
  const json = async (/** @type {string} */ path) => JSON.parse(await load(path))
  const folder = 'collection/testdata/vectors/'
  const sums = (await load(folder + 'SHA256SUMS')).trim().split('\n').map((line) => line.split('  ')[1])
  const shares = [...await json('signature/testdata/interop/go.json'), ...await json('signature/testdata/interop/node.json')]
  return [
    ...sums.map((name) => ({ name: 'vector ' + name, run: async () => run(await json(folder + name)) })),
    ...(await json('signature/testdata/rosters.json')).map((/** @type {any} */ v) => ({ name: 'roster ' + v.name, run: () => roster(v) })),
    ...(await json('collection/digest/testdata/vectors.json')).versions.map((/** @type {any} */ v) =>
      ({ name: `digest of ${v.size} bytes`, run: () => digest(v) })),
    ...shares.map((/** @type {any} */ s) => ({ name: 'share ' + s.name, run: () => share(s) })),
    ...(await json('transport/testdata/messages.json')).map((/** @type {any} */ v) => ({ name: 'message ' + v.name, run: () => exchanges.message(v) })),
    ...(await json('transport/enrol/testdata/enrolments.json')).map((/** @type {any} */ v) => ({ name: 'enrolment ' + v.name, run: () => exchanges.enrolment(v) })),
    ...(await json('transport/media/testdata/previews.json')).map((/** @type {any} */ v) => ({ name: 'preview ' + v.preview.slice(0, 20), run: () => preview(v) })),
    { name: 'codes of faults', run: async () => exchanges.codes(await load('transport/errors.go')) },
    ...Object.entries({ ...rules, ...exchanges.rules, ...stations }).map(([name, rule]) => ({ name: 'rule ' + name, run: async () => rule() })),
  ]
}

/** @param {{user: string, statement: string, roster: string, keys: string[]}} v */
async function roster(v) {
  const ring = new Keyring()
  const bytes = unhex(v.roster)
  try {
    const r = await readRoster(bytes)
    check(hex(r.user) === v.user && hex(await rosterStatement(r)) === v.statement, 'another user or statement')
    check(same(encodeRoster(r), bytes), 'encoded again it differs')
    await ring.addRoster(bytes)
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
  }
  check(sorted(ring.keys) === sorted(v.keys), `keys ${ring.keys}`)
}

/** @param {{size: number, root: string, paths: any[], ranges: any[]}} v */
async function digest(v) {
  const data = Uint8Array.from({ length: v.size }, (_, i) => i % 251)
  const tree = await Tree.of(data), root = unhex(v.root)
  check(same(await tree.root(), root), 'another root')
  check(same(await digestOfFile(new Blob([data])), root), 'another root of it as a file')
  for (const p of v.paths) {
    const block = data.slice(p.block * blockSize, (p.block + 1) * blockSize), path = p.path.map(unhex)
    check(sorted(tree.path(p.block).map(hex)) === sorted(p.path), 'another path of ' + p.block)
    await verifyBlock(root, v.size, p.block, block, path)
    block[block.length >> 1] ^= 1
    await refused(() => verifyBlock(root, v.size, p.block, block, path), 'ErrDigest')
  }
  for (const r of v.ranges) await range(root, tree, data, r)
}

/** @param {Uint8Array} root @param {Tree} tree @param {Uint8Array} data @param {any} r */
async function range(root, tree, data, r) {
  const stream = rangeWithProof(tree, data, r.off, r.len)
  check(stream.length === r.stream_len && hex(await sha256(stream)) === r.stream_sha256, `another stream of ${r.off}+${r.len}`)
  const read = async (/** @type {Uint8Array} */ stream) => {
    const reader = new RangeReader(root, data.length, r.off, r.len), got = []
    for (let at = 0; at < stream.length; at += 10007) got.push(await reader.write(stream.subarray(at, at + 10007)))
    reader.end()
    return concat(got)
  }
  check(same(await read(stream), data.subarray(r.off, r.off + r.len)), 'other bytes')
  if (!stream.length) return
  await refused(() => read(stream.subarray(0, -1)), 'ErrDigest')
  const other = stream.slice()
  other[r.off % stream.length] ^= 4
  await refused(() => read(other), 'ErrDigest')
}

/** Pixels as another decoder has them, or off by two; their colours are multiplied by alpha. @param {{preview: string, width?: number, height?: number, rgba?: string}} v */
async function preview(v) {
  const p = decodeThumb(unhex(v.preview))
  if (!p || !v.rgba) return check(!p && !v.rgba, 'one takes it, the other does not')
  const want = Uint8Array.from(atob(v.rgba), (c) => c.charCodeAt(0))
  check(p.width === v.width && p.height === v.height && p.rgba.length === want.length, `${p.width} by ${p.height}`)
  const off = p.rgba.findIndex((x, i) => Math.abs((i % 4 < 3 ? x * p.rgba[i | 3] / 255 : x) - want[i]) > 2)
  check(off < 0, `byte ${off} is ${p.rgba[off]}, want ${want[off]}`)
}

/** A share that was sealed elsewhere: by Go, or by another script. @param {any} s */
async function share(s) {
  const ring = await ringOf(s.keys)
  const data = unhex(s.collection)
  const { collection } = await verify(ring, decode(data))
  check(hex(await collection.identity()) === s.want.identity && hex(await collection.editionDigest()) === s.want.edition, 'another identity')
  check(sorted([...collection.ranks]) === sorted(s.want.before), 'other labels')
  const after = await apply(collection, decodeUpdate(unhex(s.update)))
  await verify(ring, after)
  check(sorted([...after.ranks]) === sorted(s.want.after), 'other labels after the update')
  const word = unhex(s.word)
  check(same(encodeKeyStatement(await readKeyStatement(word)), word), 'a word encoded again differs')
  check((await ring.load(word)).length === 0, 'the word of the authority is refused')
  for (let at = 0; at < data.length; at += 97) {
    const forged = data.slice()
    forged[at] ^= 1 << at % 8
    await refused(async () => verify(ring, decode(forged)))
  }
}

/** @param {{user: string, key: string}[]} keys */
async function ringOf(keys) {
  const ring = new Keyring()
  for (const { user, key } of keys) {
    if (user) ring.trust(unhex(user), await Key.parse(unhex(key)))
    else ring.addAuthority(await Key.parse(unhex(key)))
  }
  return ring
}

/** @param {() => Promise<unknown>} act @param {string} [code] */
export async function refused(act, code) {
  try {
    await act()
  } catch (err) {
    check(err instanceof GlimpseError && (!code || err.is(code)), `refused by ${err}, want ${code}`)
    return
  }
  throw new Error('not refused')
}
