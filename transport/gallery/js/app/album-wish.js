// Wishes: whoever wants an original that is not there yet says so once, and has it when it comes.
import { h } from './dom.js'
import { icon } from './icons.js'
import { keys, remove, write } from './store.js'
import { say } from './words.js'

/** @typedef {import('./album-data.js').Album} Album */

/** The wishes for items of the album that is shown. @type {Set<number>} */
const wishes = new Set()

/** @param {Album} album @param {number} i */
const keyOf = (album, i) => `${album.key}/${i}`

/** Reads what was wished for, and fetches it as soon as its label goes. @param {Album} album */
export async function keepWishes(album) {
  const start = album.key + '/'
  for (const key of await keys('wishes')) if (key.startsWith(start)) wishes.add(Number(key.slice(start.length)))
  album.addEventListener('labels', () => grant(album))
  grant(album)
}

/** @param {Album} album */
function grant(album) {
  for (const i of wishes) if (album.standing(i) === 'there') album.fetchOriginal(i).then(() => dropWish(album, i), () => undefined)
}

/** @param {number} i */
export const isWished = (i) => wishes.has(i)

/** @param {Album} album @param {number} i */
async function dropWish(album, i) {
  wishes.delete(i)
  await remove('wishes', keyOf(album, i))
}

/** Wishes for an original, or not any more. @param {Album} album @param {number} i */
export async function toggleWish(album, i) {
  if (wishes.has(i)) return dropWish(album, i)
  wishes.add(i)
  await write('wishes', keyOf(album, i), { at: Date.now() })
}

/** The button that wishes, where a wish can come true. @param {Album} album @param {number} i */
export function wishButton(album, i) {
  if (album.standing(i) !== 'pending') return null
  const text = h('span')
  const button = h('button', { type: 'button', class: 'wish', onclick: async () => { await toggleWish(album, i); show() } }, icon('wished'), text)
  const show = () => {
    button.setAttribute('aria-pressed', String(isWished(i)))
    text.textContent = say(isWished(i) ? 'wish.wished' : 'wish.want')
  }
  show()
  return button
}
