// What the hub says now of keys: who was stopped, which are new. Silence gets old.
import { unhex } from '../lib/bytes.js'
import { GlimpseError } from '../lib/errors.js'
import { now, pins, ringOf } from './ring.js'
import { read, write } from './store.js'

/** @typedef {{number: number, at: number}|undefined} Heard */

/** When the hub has last said something of keys, in seconds since 1970; who has heard nothing yet counts from now. */
export async function lastHeard() {
  /** @type {Heard} */
  const heard = await read('station', 'heard')
  if (!heard) await write('station', 'heard', { number: 0, at: now() })
  return heard?.at ?? now()
}

/**
 * Asks the hub what it says now of keys, and believes what its seal covers. Nothing comes of it
 * where the hub is silent, or shows less than before.
 * @param {import('../lib/client.js').Station} hub
 */
export async function hear(hub) {
  /** @type {Heard} */
  const heard = await read('station', 'heard')
  try {
    const { ring } = await ringOf()
    const users = [...(await pins()).keys()].map(unhex).slice(0, 500)
    const news = await hub.keys(heard?.number ?? 0, users, ring)
    await ringOf(news.statements)
    await write('station', 'heard', { number: news.number, at: now() })
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
  }
}
