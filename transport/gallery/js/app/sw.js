// The service worker: pages, scripts and thumbnails that were seen are shown where no station
// answers. What is gone, or not for this reader any more, leaves the cache; on signing out all does.
export {}

/** @typedef {{request: Request, respondWith(r: Promise<Response>): void, waitUntil(p: Promise<unknown>): void}} FetchEvent */

const scope = /** @type {EventTarget & {skipWaiting(): Promise<void>, clients: {claim(): Promise<void>}}} */ (/** @type {unknown} */ (globalThis))
/** As in album-seen.js, which a worker that is no module everywhere cannot import. */
const cacheName = 'glimpse-seen'
const pages = cacheName + '-pages'

/** Answers that say that a page is not for who asks. */
const gone = [401, 403, 404, 410]

scope.addEventListener('install', () => void scope.skipWaiting())
scope.addEventListener('activate', (e) => /** @type {any} */ (e).waitUntil(scope.clients.claim()))
scope.addEventListener('fetch', (e) => {
  const event = /** @type {FetchEvent} */ (/** @type {unknown} */ (e))
  const { request } = event, { origin, pathname } = new URL(request.url)
  if (origin !== location.origin) return
  if (pathname === '/signout') event.respondWith(leave(request))
  else if (request.method !== 'GET') return
  else if (pathname.startsWith('/assets/')) event.respondWith(kept(request, pages))
  else if (/^\/v1\/versions\/.*\/0$/.test(pathname)) event.respondWith(kept(request, cacheName))
  else if (pathname === '/' || /^\/(album|cover)\//.test(pathname)) event.respondWith(latest(request))
})

/** What is named by its content: from the cache, if it is there. @param {Request} request @param {string} name */
async function kept(request, name) {
  const cache = await caches.open(name)
  const found = await cache.match(request.url)
  if (found) return found
  const response = await fetch(request)
  if (response.status === 200) await cache.put(request.url, response.clone())
  return response
}

/** What changes: from the station, or from the cache where none answers. @param {Request} request */
async function latest(request) {
  const cache = await caches.open(pages)
  try {
    const response = await fetch(request)
    if (response.status === 200) await cache.put(request.url, response.clone())
    else if (gone.includes(response.status)) await cache.delete(request.url)
    return response
  } catch (err) {
    const found = await cache.match(request.url)
    if (!found) throw err
    return found
  }
}

/** Whoever signs out takes along what was seen; nothing goes where that is refused. @param {Request} request */
async function leave(request) {
  const response = await fetch(request)
  if (!response.ok && response.type !== 'opaqueredirect') return response
  for (const name of await caches.keys()) if (name.startsWith(cacheName)) await caches.delete(name)
  return response
}
