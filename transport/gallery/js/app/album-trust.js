// Whose keys the page believes: the hub's, which its pages name, and the authors', each pinned
// at first sight.
import { hex, same, unhex } from '../lib/bytes.js'
import { Key } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import { readKeyStatement } from '../lib/roster.js'
import { read, write } from './store.js'

/** @typedef {import('./album-data.js').Album} Album */

/**
 * The keyring for an album, and the hub as a verifier where that does not know a key.
 * @param {Album} album @param {import('../lib/collection.js').Collection} c
 */
export async function ringOf(album, c) {
  const ring = new Keyring()
  const root = await rootKey()
  if (root) ring.addAuthority(root)
  const pin = await pinned(c.fixed.author, album.state?.keys ?? [])
  if (pin) await ring.pin(c.fixed.author, pin).catch(() => undefined)
  for (const bytes of album.state?.keys ?? []) await ring.load(bytes)
  return { ring, byHub: album.station }
}

/** The root key of the hub: as this browser learnt it when it joined, or else as the page names it. */
async function rootKey() {
  const { authority } = await read('station', 'account') ?? {}
  const named = document.body.dataset.root
  return authority?.length ? Key.parse(authority) : named ? Key.parse(unhex(named)) : null
}

/** The key of a user that was seen first. @param {Uint8Array} user @param {Uint8Array[]} statements */
async function pinned(user, statements) {
  const known = await read('pins', hex(user))
  if (known) return Key.parse(known)
  for (const bytes of statements) {
    const s = await readKeyStatement(bytes).catch(() => null)
    if (s?.role !== 'user' || !same(s.user, user)) continue
    await write('pins', hex(user), s.key.cose)
    return s.key
  }
  return null
}
