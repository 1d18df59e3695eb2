// With whom an album is shared.
import { unhex } from '../../lib/bytes.js'
import { blind } from '../../lib/make.js'
import { h, put } from '../dom.js'
import { say } from '../words.js'

/**
 * Person is a recipient: a user, or a mail address.
 * @typedef {{name: string, user?: Uint8Array, address?: string, completes: boolean}} Person
 */

/** The people that the server knows by exactly this name or id, among those whom the user knows. @param {string} name @returns {Promise<Person[]>} */
async function lookUp(name) {
  const r = await fetch('/people?name=' + encodeURIComponent(name))
  if (!r.ok) throw new Error('people: ' + r.status)
  return (await r.json()).map((/** @type {{name: string, user: string}} */ p) => ({ name: p.name, user: unhex(p.user), completes: false }))
}

/** The names of users with whom there are albums in common, or this one, as far as anybody says. @param {string[]} users in hexadecimal @param {string} album its key @returns {Promise<Map<string, string>>} */
export async function namesOf(users, album) {
  const r = users.length ? await fetch(`/people?album=${album}&` + users.map((u) => 'user=' + u).join('&')).catch(() => null) : null
  return new Map((r?.ok ? await r.json() : []).map((/** @type {{name: string, user: string}} */ p) => [p.user, p.name]))
}

/** Whether a text is a mail address, as the hub takes one. @param {string} text */
const isAddress = (text) => blind(new Uint8Array(16), new Uint8Array(16), text).then(() => true, () => false)

/**
 * The fields in which people are chosen. Change is called with each change.
 * @param {Person[]} people @param {() => void} change
 */
export function chooser(people, change) {
  const field = h('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': 'people-hint' })
  const found = h('div', { class: 'found', role: 'status' })
  const list = h('ul', { class: 'people', 'aria-label': say('author.people') })
  const show = () => {
    put(list, ...people.map((p) => chip(p, () => { people.splice(people.indexOf(p), 1); show(); field.focus() })))
    change()
  }
  /** @param {Person} p */
  const add = (p) => {
    const there = people.some((o) => p.address ? o.address === p.address : o.user?.join() === p.user?.join())
    if (!there) people.push(p)
    field.value = ''
    put(found)
    show()
    field.focus()
  }
  const look = async () => {
    const text = field.value.trim()
    if (!text) return
    if (await isAddress(text)) return add({ name: text, address: text.replace(/[A-Z]/g, (c) => c.toLowerCase()), completes: false })
    const those = text.includes('@') ? [] : await lookUp(text)
    if (those.length === 1) return add(those[0])
    if (!those.length) return put(found, h('p', {}, say(text.includes('@') ? 'author.noaddress' : 'author.nobody', { name: text })))
    put(found, h('p', {}, say('author.which')), ...those.map((p) =>
      h('button', { type: 'button', onclick: () => add(p) }, `${p.name} · ${fingerprint(p)}`)))
  }
  const tryToLook = () => look().catch(() => put(found, h('p', {}, say('author.failed.offline'))))
  field.addEventListener('keydown', (e) => {
    if (e.key !== 'Enter') return
    e.preventDefault()
    void tryToLook()
  })
  show()
  const element = h('section', { class: 'choosing' }, h('h2', {}, say('author.people')),
    h('label', { class: 'field' }, say('author.who'), h('span', { class: 'row' }, field, h('button', { type: 'button', onclick: tryToLook }, say('author.add')))),
    h('p', { class: 'hint', id: 'people-hint' }, say('author.who.hint')), found, list)
  return { element, /** Takes what is still in the field. */ async done() { await tryToLook(); return !field.value.trim() } }
}

/** @param {Person} p */
const fingerprint = ({ user }) => [...user ?? []].slice(0, 4).map((b) => b.toString(16).padStart(2, '0')).join('')

/** @param {Person} person @param {() => void} remove */
function chip(person, remove) {
  const completes = h('input', { type: 'checkbox', checked: person.completes })
  completes.addEventListener('change', () => { person.completes = completes.checked })
  return h('li', {}, h('span', { class: 'who' }, person.name), person.user && h('label', { title: say('author.completes.hint') }, completes, say('author.completes')),
    h('button', { type: 'button', class: 'sign', 'aria-label': say('author.remove.of', { name: person.name }), onclick: remove }, '×'))
}
