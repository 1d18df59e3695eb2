// Files that are handed out: what may be done with an original, and by which name and type.
import { h } from './dom.js'
import { fileName, mayShow, typeOf } from './file-name.js'
import { say } from './words.js'

/** @typedef {import('./album-data.js').Album} Album */

/** An original as a file, which nobody takes for a page. @param {Album} album @param {number} i @param {Blob} blob */
export function fileOf(album, i, blob) {
  const type = album.collection.mediaType(i)
  return new File([blob], fileName(album.collection.edition.title || say('album.untitled'), i + 1, type), { type: typeOf(type) })
}

/** @type {{right: import('../lib/gate.js').Right, text: string, act: (file: File) => unknown, can: (album: Album, i: number) => boolean}[]} */
const acts = [
  { right: 'print', text: 'act.print', act: print, can: (album, i) => mayShow(album.collection.mediaType(i), 'image') },
  { right: 'export', text: 'act.download', act: save, can: () => true },
  { right: 're-share', text: 'act.share', act: (file) => navigator.share({ files: [file] }).catch(() => undefined), can: () => 'canShare' in navigator },
]

/**
 * Buttons for what the gate allows; they fetch the original first.
 * @param {Album} album @param {number} i @param {(i: number) => Promise<Blob|null>} fetch
 */
export function actionsOf(album, i, fetch) {
  const allowed = acts.filter(({ right, can }) => !album.refusal(i, right) && (right === 're-share' || can(album, i)))
  return allowed.map(({ right, text, act, can }) => !can(album, i) ? h('small', {}, say('act.share.lacks')) : h('button', {
    type: 'button', 'data-right': right, onclick: async () => {
      const blob = await fetch(i)
      if (blob && !album.refusal(i, right)) await act(fileOf(album, i, blob))
    },
  }, say(text)))
}

/** @param {File} file */
async function print(file) {
  const url = URL.createObjectURL(file), img = h('img', { class: 'sheet', alt: '', src: url })
  document.body.append(img)
  document.body.classList.add('printing')
  await img.decode().catch(() => undefined)
  window.print()
  document.body.classList.remove('printing')
  img.remove()
  URL.revokeObjectURL(url)
}

/** @param {File} file */
function save(file) {
  const url = URL.createObjectURL(file)
  h('a', { href: url, download: file.name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
