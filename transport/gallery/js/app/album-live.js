// News of an album, as soon as the station has it.
import { hex } from '../lib/bytes.js'
import { Station } from '../lib/client.js'
import { GlimpseError } from '../lib/errors.js'
import { read, write } from './store.js'

/** @typedef {import('./album-data.js').Album} Album */
/** @typedef {Awaited<ReturnType<Station['changes']>>['entries'][number]} Entry */

/** How long nobody is asked who did not answer, in milliseconds, at first and at most. */
const pause = { first: 500, most: 60_000 }

/**
 * Follows the feed of who is signed in: each entry once, in order, and again from where it
 * stopped after a pause. Whether the station answers is said, too.
 * @param {Station} station @param {string} as where the cursor is kept; none = from the beginning
 * @param {(entry: Entry) => Promise<void>} take @param {(online: boolean) => void} [online]
 */
export async function follow(station, as, take, online = () => undefined) {
  let after = as ? await read('seen', as) : undefined
  for (let wait = pause.first, lost = false; ;) {
    try {
      if (lost) {
        await answers() // at once, where the feed waits for something to tell
        online(true)
        lost = false
      }
      const { next, entries } = await station.changes(after ?? {})
      online(true)
      for (const entry of entries) await take(entry)
      if (entries.length && as) await write('seen', as, next)
      after = next
      wait = pause.first
    } catch (err) {
      if (!(err instanceof GlimpseError)) throw err
      if (err.is('ErrUnauthenticated')) return
      lost = err.is('ErrUnreachable')
      online(!lost)
      await rest(wait)
      wait = Math.min(2 * wait, pause.most)
    }
  }
}

/** Fails unless the station of this page answers; no worker does in its place. */
async function answers() {
  await fetch('/sw.js', { method: 'HEAD', cache: 'no-store' }).catch(() => { throw new GlimpseError('ErrUnreachable') })
}

/** Waits for so long, or until there is a network again, or somebody looks. @param {number} wait in milliseconds */
async function rest(wait) {
  const over = new AbortController()
  await new Promise((resolve) => {
    setTimeout(resolve, wait)
    addEventListener('online', resolve, over)
    document.addEventListener('visibilitychange', resolve, over)
  })
  over.abort()
}

/**
 * Joins what is new of an album. What ended it, or took it from this reader, is an error for gone.
 * @param {Album} album @param {(online: boolean) => void} online @param {(why: unknown) => void} gone
 */
export function followAlbum(album, online, gone) {
  const take = async (/** @type {Entry} */ { notification: n, state }) => {
    if (hex(n.author) + '/' + hex(n.collection) !== album.key) return
    try {
      if (state?.collection.length) return await album.take(state)
      const news = state ?? await album.station.updates(album.name)
      if (album.state && hex(news.edition) !== hex(album.state.edition)) return await album.take(await album.station.collection(album.name))
      await album.join(news)
    } catch (err) {
      if (!(err instanceof GlimpseError) || err.is('ErrUnreachable')) throw err
      gone(err)
    }
  }
  return follow(album.station, 'cursor/' + album.key, take, online)
}
