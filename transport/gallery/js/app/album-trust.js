// Whose keys the page believes: the hub's, which its pages name, and the authors', each pinned
// at first sight.
import { hex, same, unhex } from '../lib/bytes.js'
import { Key } from '../lib/key.js'
import { Keyring } from '../lib/keyring.js'
import { readKeyStatement } from '../lib/roster.js'
import { read, write } from './store.js'

/**
 * A keyring for what an author shares, which has not heard yet what the hub says of keys.
 * @param {Uint8Array} author @param {Uint8Array[]} statements what it says
 */
export async function ringOf(author, statements) {
  const ring = new Keyring()
  const root = await rootKey()
  if (root) ring.addAuthority(root)
  const pin = await pinned(author, statements)
  if (pin) await ring.pin(author, pin).catch(() => undefined) // revoked, or its holder's id is another key's
  return ring
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
