// What was seen is shown where no station answers; nothing of it to the next user.
import { cacheName } from './album-seen.js'
import { removeOriginals } from './place.js'
import { clear, read, write } from './store.js'
import { scriptURL } from './trusted.js'

/** The one address from which pages may have a worker. */
const worker = '/sw.js'

/**
 * Forgets what another user has seen, which nothing may be kept before, and has a service worker keep
 * pages for who is signed in.
 * @param {string} user
 */
export async function keepOffline(user) {
  const before = await read('seen', 'user')
  if (before && before !== user) await forgetAll()
  if (user && before !== user) await write('seen', 'user', user)
  if (!('serviceWorker' in navigator)) return
  void navigator.serviceWorker.register(scriptURL(worker)).catch(() => undefined) // without it pages are shown online alone
}

/** Forgets all that was seen, originals, too, and albums that are not shared yet: on signing out. */
export async function forgetAll() {
  await clear('seen')
  await clear('wishes')
  await clear('drafts')
  await removeOriginals()
  if (!('caches' in globalThis)) return
  for (const name of await caches.keys()) if (name.startsWith(cacheName)) await caches.delete(name)
}
