// Items as people see, name and order them.
import { find, h, put } from '../dom.js'
import { say } from '../words.js'

/** @typedef {import('./items.js').Item} Item */
/** @typedef {import('./items.js').Items} Items */

/** Shows items as cards in a list, and says in a status what has changed. @param {Items} items @param {HTMLElement} list @param {(text: string) => void} tell */
export function showCards(items, list, tell) {
  /** @type {Map<Item, HTMLElement>} */
  const cards = new Map()
  const on = (/** @type {string} */ type, /** @type {(item: Item, part: number) => void} */ act) =>
    items.addEventListener(type, (e) => act(/** @type {CustomEvent} */ (e).detail.item, /** @type {CustomEvent} */ (e).detail.part))
  const placeOf = (/** @type {Item} */ item) => items.all.indexOf(item)

  const place = (/** @type {Item} */ item) => {
    const card = cards.get(item)
    const next = items.all[placeOf(item) + 1]
    if (card) list.insertBefore(card, next && cards.get(next) || null)
  }
  const move = (/** @type {Item} */ item, /** @type {number} */ to) => {
    const focus = document.activeElement
    items.move(item, to)
    if (focus instanceof HTMLElement && list.contains(focus)) focus.focus()
    tell(say('author.moved', { name: item.caption || item.name, n: placeOf(item) + 1, of: items.all.length }))
  }
  on('added', (item) => {
    const card = newCard(items, item, (by) => move(item, placeOf(item) + by))
    cards.set(item, card)
    dragged(card, () => [...cards].find(([, c]) => c.classList.contains('dragged'))?.[0], (from) => move(from, placeOf(item)))
    place(item)
  })
  on('moved', place)
  on('changed', (item) => { const card = cards.get(item); if (card) showState(items, item, card) })
  on('progress', (item, part) => {
    const bar = cards.get(item)?.querySelector('progress')
    if (bar) bar.value = part
  })
  on('removed', (item) => {
    const card = cards.get(item)
    const next = card?.nextElementSibling ?? card?.previousElementSibling
    const image = card?.querySelector('img')
    if (image) URL.revokeObjectURL(image.src)
    card?.remove()
    cards.delete(item)
    next?.querySelector('input')?.focus()
    tell(say('author.removed', { name: item.caption || item.name }))
  })
}

/** @param {Items} items @param {Item} item @param {(by: number) => void} move */
function newCard(items, item, move) {
  const { name } = item
  const button = (/** @type {string} */ key, /** @type {string} */ sign, /** @type {() => void} */ act) =>
    h('button', { type: 'button', class: 'sign', title: say(key), 'aria-label': say(key + '.of', { name }), onclick: act }, sign)
  const caption = h('input', { class: 'caption', value: item.caption, maxlength: 500, 'aria-label': say('author.caption.of', { name }), placeholder: say('author.caption') })
  caption.addEventListener('input', () => { item.caption = caption.value })
  return h('li', { class: 'card', draggable: 'true' },
    h('div', { class: 'picture' }), caption,
    h('div', { class: 'tools' }, button('author.earlier', '‹', () => move(-1)), button('author.later', '›', () => move(1)),
      button('author.remove', '×', () => items.remove(item))))
}

/** @param {Items} items @param {Item} item @param {HTMLElement} card */
function showState(items, item, card) {
  const picture = find('.picture', card)
  card.dataset.state = item.made ? 'ready' : item.failed ? 'failed' : 'making'
  if (item.made) return put(picture, ...pictureOf(item))
  if (!item.failed) return put(picture, h('progress', { max: 1, value: 0, 'aria-label': say('author.making', { name: item.name }) }))
  put(picture, h('p', {}, say('author.unreadable')), h('button', { type: 'button', onclick: () => items.make(item) }, say('author.again')))
}

/** @param {Item} item */
function pictureOf({ made, name }) {
  const [thumbnail, screen] = made?.versions ?? []
  const film = made?.type.startsWith('video/') && h('span', { class: 'film', 'aria-hidden': 'true' }, '▶')
  if (!thumbnail) return [h('p', { class: 'generic', title: say('author.generic') }, made?.type.replace(/.*\//, '').toUpperCase() ?? ''), h('p', { class: 'note' }, say('author.generic'))]
  const image = h('img', { alt: name, draggable: 'false', src: URL.createObjectURL(devicePixelRatio > 1 ? screen : thumbnail) })
  return [image, film]
}

/**
 * Lets cards be dragged onto one another by a pointer; for fingers and keys there are buttons.
 * @param {HTMLElement} card @param {() => Item|undefined} held @param {(from: Item) => void} drop
 */
function dragged(card, held, drop) {
  const none = () => card.classList.remove('dragged', 'over')
  card.addEventListener('dragstart', (e) => {
    if (e.target !== card) return e.preventDefault() // a caption's text
    card.classList.add('dragged')
    e.dataTransfer?.setData('text/plain', '')
  })
  card.addEventListener('dragend', none)
  card.addEventListener('dragleave', () => card.classList.remove('over'))
  card.addEventListener('dragover', (e) => {
    if (!held()) return
    e.preventDefault()
    card.classList.add('over')
  })
  card.addEventListener('drop', (e) => {
    const from = held()
    card.classList.remove('over')
    if (!from) return
    e.preventDefault()
    drop(from)
  })
}
