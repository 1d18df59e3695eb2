// The page of a new album.
import { find, h, put } from './dom.js'
import { showCards } from './make/cards.js'
import { Items } from './make/items.js'
import { Maker } from './make/maker.js'
import { picker } from './make/pick.js'
import { say } from './words.js'

const main = find('main')
const items = new Items(new Maker(main.dataset.worker ?? ''))
const list = h('ol', { class: 'cards', 'aria-label': say('author.items') })
const status = h('p', { role: 'status', class: 'status' })
const stop = h('button', { type: 'button', hidden: true, onclick: () => items.cancel() }, say('author.stop'))

showCards(items, list, (text) => put(status, text))
for (const type of ['added', 'changed', 'removed']) items.addEventListener(type, progress)
put(find('#album'), picker((files) => items.add(files)), h('div', { class: 'bar' }, status, stop), list)

/** Says how far the making is. */
function progress() {
  const { busy, ready, all } = items
  stop.hidden = !busy
  put(status, busy ? say('author.made', { n: ready.length, of: all.length }) : all.length ? say('items', { n: all.length }) : '')
  document.body.dataset.made = String(ready.length)
}
