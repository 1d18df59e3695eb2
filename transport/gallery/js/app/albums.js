// The page of all albums: what is new of each since it was opened last, live.
import { hex } from '../lib/bytes.js'
import { Station } from '../lib/client.js'
import { reasons } from '../lib/messages.js'
import { follow } from './album-live.js'
import { forget } from './album-seen.js'
import { isInvitation, joinPage } from './back.js'
import { find, h, put } from './dom.js'
import { keepOffline } from './offline.js'
import { replacedBy } from './replaced.js'
import { read, write } from './store.js'
import { say } from './words.js'

/** @typedef {import('./album-live.js').Entry} Entry */

/** @typedef {{labelled: number, edition: string, reason: string}} Known what the feed said last, or an album when it was opened */

/** What is new of an album. @param {Known} latest @param {Known|undefined} opened */
function newsOf(latest, opened) {
  if (latest.reason === 'ended') return say('albums.over')
  if (latest.reason === 'removed') return say('albums.removed')
  if (!opened) return say('albums.new')
  if (latest.labelled < opened.labelled) return say('albums.news', { n: opened.labelled - latest.labelled })
  return latest.edition === opened.edition ? '' : say('albums.edited')
}

/** The tile of an album that is there. @param {string} key */
const known = (key) => document.querySelector(`.albums a[href="/album/${key}"]`)?.closest('li')

/** The tile of an album, made if there is none. @param {string} key @param {string} title */
function tileOf(key, title) {
  const found = known(key)
  if (found) return found
  document.querySelector('.empty')?.remove()
  const list = document.querySelector('.albums') ?? find('main').appendChild(h('ul', { class: 'albums' }))
  const tile = h('li', {}, h('a', { href: '/album/' + key }, h('img', { src: '/cover/' + key, alt: '', width: 320, height: 240 }),
    h('b', { dir: 'auto' }, title || say('album.untitled')), h('span', { class: 'counts' })))
  list.prepend(tile)
  folding ??= setTimeout(() => void fold(), 100)
  return tile
}

/** Those that others stand for: what is told of them is nothing that is shown. @type {Set<string>} */
const folded = new Set()
/** @type {ReturnType<typeof setTimeout>|undefined} */
let folding

/** Takes away the albums that others stand for, once what comes together has come. */
async function fold() {
  folding = undefined
  const links = new Map([...document.querySelectorAll('.albums a')].map((a) => [a.getAttribute('href')?.slice('/album/'.length) ?? '', a]))
  for (const [key, by] of Object.entries(await replacedBy([...links.keys()].filter(Boolean)))) {
    const stands = links.get(by), old = links.get(key)
    if (!stands || !old) continue
    folded.add(key)
    if (document.activeElement === old) /** @type {HTMLElement} */ (stands).focus({ preventScroll: true })
    old.closest('li')?.remove()
  }
}

/** @param {HTMLElement} tile @param {string} key @param {Known} latest */
async function mark(tile, key, latest) {
  const text = newsOf(latest, await read('seen', 'opened/' + key))
  const over = latest.reason === 'ended' || latest.reason === 'removed'
  tile.classList.toggle('over', over)
  if (over) tile.querySelector('a')?.removeAttribute('href')
  tile.querySelector('.news')?.remove()
  if (text) tile.querySelector('a')?.append(h('span', { class: 'news' }, text))
}

/** @param {Entry} entry */
async function take({ notification: n }) {
  const key = hex(n.author) + '/' + hex(n.collection)
  const latest = { labelled: n.labelled, edition: hex(n.edition), reason: reasons[n.reason] }
  await write('seen', 'latest/' + key, latest)
  if (latest.reason === 'ended' || latest.reason === 'removed') {
    await forget(key)
    if (!known(key)) return // it is not to be seen, such as one that goes on in another one
  }
  if (folded.has(key)) return
  const tile = tileOf(key, n.title)
  const title = tile.querySelector('b')
  if (title && n.title) title.textContent = n.title
  const counts = tile.querySelector('span:not(.news)')
  if (counts) put(counts, say('items', { n: n.items }), n.labelled > 0 && ' · ' + say('album.labelled', { n: n.labelled }))
  const had = document.activeElement
  tile.parentElement?.prepend(tile)
  if (had instanceof HTMLElement && tile.contains(had)) had.focus({ preventScroll: true })
  await mark(tile, key, latest)
}

async function start() {
  if (isInvitation(location.hash)) return location.replace(joinPage(location.hash)) // who is signed in otherwise joins, too
  await keepOffline(document.body.dataset.user ?? '')
  for (const link of document.querySelectorAll('.albums a')) {
    const key = link.getAttribute('href')?.slice('/album/'.length) ?? ''
    const latest = await read('seen', 'latest/' + key), tile = link.closest('li')
    if (latest && tile) await mark(tile, key, latest)
  }
  document.body.dataset.ready = 'true'
  const badge = h('p', { class: 'offline', role: 'status' })
  find('main').querySelector('h1')?.after(badge)
  if (location.search) return // earlier ones have no news
  await follow(new Station(location.origin), 'cursor/albums', take, (online) => put(badge, !online && say('albums.offline')))
}

void start()
