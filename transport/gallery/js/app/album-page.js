// The page of an album.
import { hex } from '../lib/bytes.js'
import { GlimpseError } from '../lib/errors.js'
import { complete, levelOf, withdrawn } from '../lib/label.js'
import { Album } from './album-data.js'
import { Grid } from './album-grid.js'
import { followAlbum } from './album-live.js'
import { Thumbs } from './album-thumbs.js'
import { tips } from './album-tip.js'
import { keepWishes } from './album-wish.js'
import { find, h, put } from './dom.js'
import { keepOffline } from './offline.js'
import { replacedBy } from './replaced.js'
import { write } from './store.js'
import { say } from './words.js'

const { author = '', id = '', user = '' } = document.body.dataset
const album = new Album(author, id, user)

/** What stands where the album would be, or goes to what has taken its place. @param {any} err */
async function gone(err) {
  const why = err?.is?.('ErrEnded') ? 'ended' : err?.is?.('ErrUnreachable') ? 'unreachable' : 'gone'
  document.body.dataset.standing = why
  const by = why === 'ended' && (await replacedBy([album.key]))[album.key]
  if (by) {
    location.replace('/album/' + by)
    return
  }
  document.querySelector('.viewer')?.remove()
  put(find('main'), h('h1', {}, say(`album.${why}`)), h('p', {}, say(`album.${why}.text`)), h('a', { href: '/' }, say('gallery')))
}

/** What is said of the whole: how much is there, since when, and that it has ended. */
function summary() {
  const { collection: c, asOf } = album
  if (document.body.dataset.standing) return // it is gone
  if (c.ended && user !== author) return void gone(new GlimpseError('ErrEnded'))
  const who = document.querySelector('.about .who')
  const coming = c.ranks.filter((rank) => ![complete, withdrawn].includes(levelOf(rank))).length
  put(find('.about'), who,
    h('span', {}, say('items', { n: c.length })),
    coming > 0 && h('span', { class: 'labelled' }, say('album.labelled', { n: coming })),
    c.ended && h('span', { class: 'ended' }, say('album.has.ended')),
    asOf > 0 && h('span', { class: 'offline', role: 'status' }, say('album.offline', { at: new Date(asOf).toLocaleString(document.documentElement.lang) })))
  find('h1').textContent = c.edition.title || say('album.untitled')
  document.body.dataset.vouched = album.vouched
}

/** Says who vouches, once the album is on the screen. */
async function vouched() {
  const { showBadge } = await import('./badge.js')
  const about = document.querySelector('.about')
  if (album.state && about) await showBadge(about, album.state, album.name)
}

/** Takes note of what was shown, beside which the page of all albums sees what is new. */
const opened = () => write('seen', 'opened/' + album.key, {
  labelled: album.collection.labelled, edition: album.state ? hex(album.state.edition) : '', reason: '',
})

async function start() {
  await keepOffline(user)
  await album.load()
  const thumbs = new Thumbs(album)
  const tip = tips(album)
  const grid = new Grid(album, thumbs, { open: view, tip: tip.show, leave: tip.leave })
  grid.layout(true)
  summary()
  for (const news of ['labels', 'edition']) album.addEventListener(news, () => { summary(); void opened() })
  album.addEventListener('wrong', () => {
    document.querySelector('.wrong')?.remove()
    document.querySelector('.about')?.after(h('p', { class: 'wrong', role: 'alert' }, say('album.wrong', { n: thumbs.wrong.size })))
  })
  await keepWishes(album)
  await opened()
  document.body.dataset.ready = 'true'
  void thumbs.stream()
  void vouched()
  album.addEventListener('edition', () => void vouched())
  void followAlbum(album, (online) => {
    if (online !== (album.asOf === 0)) album.asOf = online ? 0 : Date.now()
    summary()
  }, gone)

  /** @param {number} i @param {HTMLElement|null} from */
  async function view(i, from) {
    const { Viewer } = await import('./album-viewer.js')
    viewer ??= new Viewer(album, thumbs, grid)
    viewer.open(i, from)
  }
  /** @type {import('./album-viewer.js').Viewer|undefined} */
  let viewer
  const linked = () => {
    const i = album.at(location.hash)
    if (i >= 0) void view(i, null)
    else viewer?.close()
  }
  addEventListener('popstate', linked)
  linked()
}

start().catch((err) => {
  if (!err?.code) throw err
  void gone(err)
})
