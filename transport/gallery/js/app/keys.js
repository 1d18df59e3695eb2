// The page of keys: this browser's, the hub's and people's, to be compared; and who vouches for an album.
import { hex, unhex } from '../lib/bytes.js'
import { Key } from '../lib/key.js'
import { readRoster } from '../lib/roster.js'
import { badge, vouch } from './badge.js'
import { find, h, put } from './dom.js'
import { namesOf } from './make/people.js'
import { forget, hub, me } from './me.js'
import { hear } from './news.js'
import { fingerprint, isFingerprint, pattern } from './pattern.js'
import { decide, hubPin, markCompared, pins, ringOf } from './ring.js'
import { read } from './store.js'
import { day, say } from './words.js'

/** @typedef {import('./ring.js').Pin} Pin */

/** Shows the page, and again after each change. */
async function show() {
  const self = await me()
  await ringOf() // which pins the hub
  const album = await theAlbum()
  const people = [...await pins()].filter(([user]) => !self || user !== hex(self.user))
  const names = await namesOf(people.map(([user]) => user), location.hash.slice(1))
  put(find('#keys'),
    album,
    h('section', {}, h('h2', {}, say('keys.people')), people.length ? null : h('p', { class: 'hint' }, say('keys.none')),
      ...await Promise.all(people.map(([user, pin]) => card(user, pin, say('keys.person', { user: user.slice(0, 8) }), names.get(user))))),
    await hubCard(),
    ...await own(self))
}

/** Who vouches for the album that the address names. */
async function theAlbum() {
  const [, author, id] = /^#([0-9a-f]{32})\/([0-9a-f]{32})$/.exec(location.hash) ?? []
  if (!id) return null
  const name = { author: unhex(author), id: unhex(id) }
  const state = await hub().collection(name).catch(() => null)
  if (!state) return null
  const { kind, report, collection } = await vouch(state, name)
  const seals = [['keys.seal.author', report?.author], ['keys.seal.hub', report?.authority]]
  return h('section', { class: 'card', id: 'album' },
    h('h2', {}, say('keys.vouch')),
    collection ? h('p', {}, h('a', { href: `/album/${author}/${id}` }, collection.edition.title)) : null,
    badge(kind, name),
    ...seals.map(([key, seal]) => seal ? h('p', { class: 'hint' }, say(String(key), { day: day(/** @type {import('../lib/verify.js').Said} */ (seal).at) })) : null))
}

async function hubCard() {
  const pin = await read('pins', hubPin)
  return pin ? h('section', {}, h('h2', {}, say('keys.hub')), await card(hubPin, pin, location.host)) : null
}

/** A pinned key, to be compared. @param {string} name @param {Pin} pin @param {string} who @param {string} [called] what the hub calls them */
async function card(name, pin, who, called) {
  const key = await Key.parse(pin.key)
  const answer = h('p', { role: 'status' })
  const told = h('input', { id: 'told-' + name, autocomplete: 'off', spellcheck: 'false' })
  const check = async (/** @type {Event} */ e) => {
    e.preventDefault()
    const same = isFingerprint(told.value, key.name)
    if (same) await markCompared(name)
    answer.className = same ? '' : 'alarm'
    put(answer, say(same ? 'keys.same' : 'keys.differ'))
  }
  return h('article', { class: 'card', 'data-pin': name },
    pin.other ? await contradiction(name, pin.other) : null,
    head(key, called ?? who, `${called ? who + ' · ' : ''}${say('keys.since', { day: day(pin.first) })} · ${pin.compared ? say('keys.compared', { day: day(pin.compared) }) : say('keys.uncompared')}`),
    fingerprint(key.name),
    h('details', {}, h('summary', {}, say('keys.with')),
      h('form', { onsubmit: check }, h('label', { for: 'told-' + name }, say('keys.paste')), told, h('p', { class: 'row' }, h('button', {}, say('keys.check')))), answer),
    pin.compared ? null : h('p', { class: 'row' }, h('button', { class: 'same', onclick: () => void markCompared(name).then(show) }, say('keys.mark'))))
}

/** @param {Key} key @param {string} who @param {string} what */
const head = (key, who, what) => h('div', { class: 'keyhead' }, pattern(key.name), h('div', {}, h('h3', {}, who), h('p', {}, what)))

/** The warning that another key was named. @param {string} name @param {NonNullable<Pin['other']>} other */
async function contradiction(name, other) {
  const key = await Key.parse(other.key)
  const answer = (/** @type {boolean} */ taken) => () => void decide(name, taken).then(show)
  return h('div', { class: 'alarm', role: 'alert' },
    h('p', {}, say('keys.changed', { day: day(other.at) })),
    h('details', {}, h('summary', {}, say('keys.other')), pattern(key.name), fingerprint(key.name),
      h('p', { class: 'row' }, h('button', { onclick: answer(false) }, say('keys.keep')), h('button', { class: 'take', onclick: answer(true) }, say('keys.take')))))
}

/** This browser's key, and the stations of its user. @param {import('./me.js').Me|null} self */
async function own(self) {
  if (!self) return [h('section', { class: 'card' }, h('h2', {}, say('keys.this')), h('p', {}, say('keys.notStation')), h('a', { class: 'primary', href: '/join' }, say('keys.join')))]
  const roster = self.statement[0] === 0x89 ? await readRoster(self.statement) : null
  const userKey = self.userKey.length ? await Key.parse(self.userKey) : null
  return [
    userKey && !self.root ? h('section', {}, h('h2', {}, say('keys.own')), h('article', { class: 'card' }, head(userKey, say('keys.own'), ''), fingerprint(userKey.name))) : null,
    h('section', { id: 'this' }, h('h2', {}, say('keys.this')), h('article', { class: 'card' },
      head(self.key, self.name, say(self.root ? 'keys.own' : 'keys.device')), fingerprint(self.key.name),
      self.root ? h('p', { class: 'hint', id: 'alone' }, say('join.root.more')) : null, removal(self))),
    roster ? stations(roster, self) : null,
  ].filter((e) => e !== null)
}

/** @param {import('../lib/roster.js').Roster} roster @param {import('./me.js').Me} self */
function stations(roster, self) {
  return h('section', { id: 'stations' }, h('h2', {}, say('keys.stations')), h('div', { class: 'card' },
    h('ul', {}, ...roster.stations.map((s) => h('li', { 'data-role': s.role },
      h('span', {}, s.key.name === self.key.name ? self.name : s.key.name.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ')), h('span', {}, say('keys.' + s.role))))),
    h('p', { class: 'hint' }, say('keys.remove'))))
}

/** Removing the key, which is asked twice. @param {import('./me.js').Me} self */
function removal(self) {
  return h('details', {}, h('summary', {}, say('keys.forget')),
    h('p', {}, say('keys.forget.sure')), self.root ? h('p', {}, say('keys.forget.root')) : null,
    h('button', { id: 'forget', onclick: () => void forget().then(show) }, say('keys.forget.yes')))
}

addEventListener('hashchange', () => void show())
await hear(hub())
await show()
