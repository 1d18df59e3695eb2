// How files come in: picked, taken by the camera, dropped or pasted.
import { h } from '../dom.js'
import { say } from '../words.js'

/** @param {(files: File[]) => void} take @returns {HTMLElement} */
export function picker(take) {
  const input = (/** @type {string} */ key, /** @type {Record<string, any>} */ more) => {
    const field = h('input', { type: 'file', multiple: true, ...more })
    field.addEventListener('change', () => {
      take([...field.files ?? []])
      field.value = ''
    })
    return h('label', { class: 'button' }, say(key), field)
  }
  const area = h('div', { class: 'drop' }, h('p', {}, say('author.drop')),
    h('p', { class: 'choices' }, input('author.pick', {}),
      matchMedia('(pointer: coarse)').matches && input('author.photograph', { accept: 'image/*', capture: 'environment', multiple: false })))
  const holds = (/** @type {DragEvent} */ e) => e.dataTransfer?.types.includes('Files')
  document.addEventListener('dragover', (e) => {
    if (!holds(e)) return
    e.preventDefault()
    area.classList.add('over')
  })
  document.addEventListener('dragleave', (e) => { if (!e.relatedTarget) area.classList.remove('over') })
  document.addEventListener('drop', (e) => {
    if (!holds(e)) return
    e.preventDefault()
    area.classList.remove('over')
    take(filesOf(e.dataTransfer))
  })
  document.addEventListener('paste', (e) => {
    const files = filesOf(e.clipboardData)
    if (files.length) take(files)
  })
  return area
}

/** The files among what was dropped; folders are none. @param {DataTransfer|null} data */
const filesOf = (data) => [...data?.items ?? []].filter((i) => i.kind === 'file' && !i.webkitGetAsEntry?.()?.isDirectory)
  .map((i) => i.getAsFile()).filter((f) => f !== null)
