// Wishes: whoever wants an original that is not there yet says so once, and has it when it comes.
import { h } from './dom.js'
import { icon } from './icons.js'
import { tryWishes, unwish, wish, wished } from './wishes.js'
import { say } from './words.js'

/** @typedef {import('./album-data.js').Album} Album */

/** The wishes for items of the album that is shown. @type {Set<number>} */
const wishes = new Set()

/** @type {ReturnType<typeof setTimeout>|undefined} */
let again

/** Reads what was wished for, and fetches it as soon as its label goes. @param {Album} album */
export async function keepWishes(album) {
  for (const i of await wished(album.collection)) wishes.add(i)
  album.addEventListener('labels', () => void grant(album))
  void grant(album)
}

/** @param {Album} album */
async function grant(album) {
  clearTimeout(again)
  const next = await tryWishes(album.collection, async (i) => {
    await album.fetchOriginal(i)
    wishes.delete(i)
  }).catch(() => Infinity) // what is broken here is told where it is asked for
  if (next < Infinity) again = setTimeout(() => void grant(album), Math.max(0, next - Date.now()))
}

/** @param {number} i */
export const isWished = (i) => wishes.has(i)

/** Wishes for an original, or not any more. @param {Album} album @param {number} i */
export async function toggleWish(album, i) {
  if (wishes.delete(i)) return unwish(album.collection, i)
  wishes.add(i)
  await wish(album.collection, i)
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
