// Asks before something is done that others will notice.
import { find, h } from '../dom.js'
import { say } from '../words.js'

/**
 * Asks whether something is to be done, and says what others will see. The button has the name of
 * what it does.
 * @param {string} title @param {string[]} texts @param {string} does @param {boolean} [danger] @returns {Promise<boolean>}
 */
export function confirms(title, texts, does, danger = false) {
  const before = document.activeElement
  const dialog = h('dialog', { 'aria-labelledby': 'asks' }, h('h2', { id: 'asks' }, title), ...texts.map((text) => h('p', {}, text)),
    h('form', { method: 'dialog', class: 'choices' }, h('button', { value: 'no', autofocus: true }, say('author.cancel')),
      h('button', { value: 'yes', class: danger ? 'danger' : 'primary' }, does)))
  find('main').append(dialog)
  dialog.showModal()
  return new Promise((resolve) => dialog.addEventListener('close', () => {
    dialog.remove()
    if (before instanceof HTMLElement) before.focus()
    resolve(dialog.returnValue === 'yes')
  }))
}
