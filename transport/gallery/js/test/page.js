// The suite in a browser: what fails is left in window.results.
import { utf8 } from '../lib/bytes.js'
import { keptSigner } from '../lib/station.js'
import { cases } from './suite.js'
import { check } from './vectors.js'

/** @param {string} path */
const load = async (path) => (await fetch('/' + path)).text()

/** A key is kept by its name, made once, and never handed out. */
async function keptKey() {
  const [first, other, again] = await Promise.all([keptSigner('test'), keptSigner('other'), keptSigner('test')])
  const later = await keptSigner('test')
  check(first.key.name === again.key.name && first.key.name === later.key.name && other.key.name !== first.key.name, 'another key')
  await first.key.verify('application/test', utf8('x'), await later.sign('application/test', utf8('x')))
  check(await crypto.subtle.exportKey('pkcs8', later.secret).catch((err) => err.name) === 'InvalidAccessError', 'it is handed out')
}

const failed = []
const all = [...await cases(load), { name: 'kept key', run: keptKey }]
for (const { name, run } of all) {
  try {
    await run()
  } catch (err) {
    failed.push(name + ': ' + String(err).slice(0, 500))
  }
}
Object.assign(window, { results: { count: all.length, failed } })
