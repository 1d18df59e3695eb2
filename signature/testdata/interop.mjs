// Reads and makes collections and seals without the Go code: interop/README.md.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hex, same, unhex } from './interop/cbor.mjs'
import { blind, Collection, verifyWord } from './interop/collection.mjs'
import { shares } from './interop/make.mjs'
import { Key } from './interop/seal.mjs'

const here = (name) => fileURLToPath(new URL('interop/' + name, import.meta.url))
const load = (file) => JSON.parse(readFileSync(file, 'utf8'))
const save = (file, value) => writeFileSync(file, JSON.stringify(value, null, 1) + '\n')

// go runs one of the Go tests, with a file to write or to read.
function go(test, variable, file) {
  const { status, error } = spawnSync('go', ['test', '-vet=off', '-count=1', '-run', `^${test}$`, './internal/coretest'], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: { ...process.env, [variable]: file },
    stdio: 'inherit',
  })
  assert.equal(status, 0, error ?? `${test} failed`)
}

// verify checks a share: seals, identity, labels, and that no bit of what is
// sealed can change.
async function verify(share) {
  const keys = await Promise.all(share.keys.map(async ({ user, key }) => ({ user: unhex(user), key: await Key.parse(unhex(key)) })))
  const data = unhex(share.collection)
  const c = new Collection(data)
  await c.verify(keys)
  assert.equal(hex(c.identity), share.want.identity)
  assert.deepEqual(c.labels, share.want.before)
  await c.apply(unhex(share.update))
  assert.deepEqual(c.labels, share.want.after)

  const mine = blind(c.fixed.get(1), unhex(share.address.r), share.address.text)
  assert.ok(c.resolved.some(([address, user]) => same(address, mine) && hex(user) === share.address.user), 'the address')
  const hub = keys.find(({ user }) => user.length === 0).key
  assert.equal(hex((await verifyWord(unhex(share.word), hub)).key), share.keys[1].key)

  for (let at = 0; at < data.length; at += 13) {
    const forged = data.slice()
    forged[at] ^= 1 << (at % 8)
    await assert.rejects(async () => new Collection(forged).verify(keys), `byte ${at} of ${share.name}`)
  }
  console.log(`verified: ${share.name}, ${c.n} items, ${data.length} bytes, ${c.updates.length} updates`)
}

// fixedParts is what does not depend on chance in what is made.
const fixedParts = (list) => list.map(({ name, keys, want }) => ({ name, keys, want }))

async function test() {
  const folder = mkdtempSync(join(tmpdir(), 'glimpse-'))
  try {
    go('TestSharesForNode', 'GLIMPSE_SHARES_TO', join(folder, 'go.json'))
    for (const file of [here('go.json'), join(folder, 'go.json'), here('node.json')]) {
      for (const share of load(file)) await verify(share)
    }
    assert.deepEqual(fixedParts(load(join(folder, 'go.json'))), fixedParts(load(here('go.json'))), 'go.json is out of date')

    const made = await shares()
    for (const share of made) await verify(share)
    assert.deepEqual(fixedParts(made), fixedParts(load(here('node.json'))), 'node.json is out of date')
    save(join(folder, 'node.json'), made)
    go('TestSharesFromNode', 'GLIMPSE_SHARES_FROM', join(folder, 'node.json'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function make() {
  go('TestSharesForNode', 'GLIMPSE_SHARES_TO', here('go.json'))
  save(here('node.json'), await shares())
}

await { test, make }[process.argv[2]]()
