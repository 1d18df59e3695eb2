// Over which channels a member is told besides the albums' page, and which letters on what the
// member shares nobody gets.
import { hex } from '../lib/bytes.js'
import { GlimpseError } from '../lib/errors.js'
import { find, h, put } from './dom.js'
import { hub } from './me.js'
import { day, say } from './words.js'

/** @typedef {Awaited<ReturnType<ReturnType<typeof hub>['channels']>>} Channels */

/** The channels that have words of their own; others have their names. */
const known = ['mail', 'xmpp', 'webhook']

/** What a channel is called. @param {string} name */
const called = (name) => known.includes(name) ? say('session.channel.' + name) : name

/**
 * Shows what there is and what is chosen.
 * @param {Element} into @param {Channels} now @param {Map<string, string>} [asked] addresses that were typed, of which some are still to be proven
 */
function show(into, now, asked = now.addresses) {
  const state = h('p', { role: 'status', id: 'channelstate' })
  const fields = now.offered.map((name) => channel(name, asked.get(name) ?? '', now.awaited.includes(name)))
  const form = h('form', {}, ...fields, language(now.language), h('button', { class: 'primary' }, say('session.channels.save')))
  form.addEventListener('submit', (e) => {
    e.preventDefault()
    void save(into, form, state, now)
  })
  put(into, form, state)
}

/** @param {string} name @param {string} address @param {boolean} awaited whether a code is asked for */
function channel(name, address, awaited) {
  const id = 'channel-' + name
  const code = awaited && h('div', { class: 'code' }, h('label', { for: 'code-' + name }, say('session.channels.code', { address })),
    h('input', { id: 'code-' + name, name: 'code-' + name, autocomplete: 'one-time-code', autocapitalize: 'characters', spellcheck: 'false' }))
  return h('div', { class: 'channel' }, h('label', { for: id }, called(name)),
    h('input', { id, name: id, value: address, type: name === 'mail' ? 'email' : 'text', inputmode: name === 'webhook' ? 'url' : 'email', autocomplete: name === 'mail' ? 'email' : 'off', autocapitalize: 'none', spellcheck: 'false' }), code)
}

/** @param {string} chosen */
function language(chosen) {
  const now = chosen || document.documentElement.lang
  const offered = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('.foot [name=language]')]).map((b) => [b.value, b.textContent])
  if (!offered.some(([tag]) => tag === now)) offered.push([now, now])
  return h('div', { class: 'channel' }, h('label', { for: 'language' }, say('session.channels.language')),
    h('select', { id: 'language', name: 'language' }, ...offered.map(([tag, name]) => h('option', { value: tag, selected: tag === now }, name))))
}

/** @param {Element} into @param {HTMLFormElement} form @param {HTMLElement} state @param {Channels} before */
async function save(into, form, state, before) {
  const typed = new FormData(form), text = (/** @type {string} */ name) => String(typed.get(name) ?? '').trim()
  const filled = (/** @type {string} */ what) => new Map(before.offered.map((name) => /** @type {const} */ ([name, text(what + name)])).filter(([, value]) => value))
  const addresses = filled('channel-'), codes = filled('code-')
  try {
    const now = await hub().choose({ language: text('language'), addresses, codes })
    show(into, now, addresses)
    const wrong = now.awaited.find((name) => codes.has(name))
    put(find('#channelstate'), say(wrong ? 'session.channels.wrong' : now.awaited.length ? 'session.channels.sent' : 'session.channels.saved'))
    if (now.awaited.length) find('#code-' + (wrong ?? now.awaited[0])).focus()
  } catch (err) {
    put(state, say(why(err)))
  }
}

/** @param {unknown} err */
function why(err) {
  if (!(err instanceof GlimpseError)) throw err
  const kinds = { ErrMalformed: 'address', ErrQuota: 'quota', ErrUnauthenticated: 'out' }
  const kind = Object.entries(kinds).find(([code]) => err.is(code))?.[1] ?? 'unreachable'
  return 'session.channels.' + kind
}

/** Fills the sections, and shows them where there is something to show: homes write to nobody. */
export async function start() {
  const now = await orNothing(hub().channels())
  if (now?.offered.length) {
    show(find('#channels > div'), now)
    find('#channels').hidden = false
  }
  const letters = (await orNothing(hub().parked()))?.letters ?? []
  if (!letters.length) return
  find('#parked').append(h('ul', { class: 'rows' }, ...letters.map((l) => h('li', {}, h('span', {}, l.address), h('small', {}, say(l.refused ? 'session.parked.refused' : 'session.parked.since', { day: day(l.since) })),
    h('a', { href: `/album/${hex(l.author)}/${hex(l.id)}` }, say('session.parked.album'))))))
  find('#parked').hidden = false
}

/** @template T @param {Promise<T>} answer @returns {Promise<T|null>} null where the station has nothing of the kind, or does not answer */
const orNothing = (answer) => answer.catch((err) => {
  if (err instanceof GlimpseError) return null
  throw err
})
