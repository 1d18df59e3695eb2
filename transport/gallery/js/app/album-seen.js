// What was seen of albums, which is shown where no station answers: states in the database,
// thumbnails in the browser's cache. Nothing of it outlasts who is signed in.
import { read, remove, write } from './store.js'

/** The name of the cache, which the service worker knows, too. */
export const cacheName = 'glimpse-seen'

/** @typedef {import('./album-data.js').State} State */

/** @param {string} key @returns {Promise<{state: State, at: number}|undefined>} */
export const recall = (key) => read('seen', key)

/** @param {string} key @param {State} state */
export const remember = (key, state) => write('seen', key, { state, at: Date.now() })

/** @returns {Promise<Cache|null>} none where pages came by plain HTTP */
export const cache = async () => 'caches' in globalThis ? caches.open(cacheName) : null

/** Forgets an album: it is gone, or not for this reader any more. @param {string} key */
export async function forget(key) {
  for (const what of ['', 'opened/', 'cursor/']) await remove('seen', what + key)
  const kept = await cache()
  for (const request of await kept?.keys() ?? []) if (request.url.includes(key)) await kept?.delete(request)
}
