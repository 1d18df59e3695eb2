// The page of a new album.
import { hex } from '../lib/bytes.js'
import { Station } from '../lib/client.js'
import { decode } from '../lib/collection.js'
import { edit, seal } from '../lib/make.js'
import { find, h, put } from './dom.js'
import { showCards } from './make/cards.js'
import { newDraft } from './make/compose.js'
import { forgetDraft, keepDraft, keptDrafts } from './make/drafts.js'
import { problem } from './make/failure.js'
import { Items } from './make/items.js'
import { Maker } from './make/maker.js'
import { chooser } from './make/people.js'
import { picker } from './make/pick.js'
import { now, Sharing } from './make/share.js'
import { me } from './me.js'
import { keepOffline } from './offline.js'
import { say } from './words.js'

const main = find('main'), form = find('#album')
const maker = new Maker(main.dataset.worker ?? ''), items = new Items(maker)
/** @type {import('./make/people.js').Person[]} */
const people = []
const list = h('ol', { class: 'cards', 'aria-label': say('author.items') })
const status = h('p', { role: 'status', class: 'status' })
const stop = h('button', { type: 'button', hidden: true, onclick: () => items.cancel() }, say('author.stop'))
const title = h('input', { type: 'text', class: 'title', maxlength: 200, autocomplete: 'off' })
const send = h('button', { type: 'button', class: 'primary', disabled: true, onclick: () => submit().catch((err) => put(sending, problem(err))) }, say('author.share'))
const sending = h('p', { class: 'hint', role: 'status' })
const foot = h('div', { class: 'dock' }, sending, send)
const choosing = chooser(people, progress)

/** Digests are still to be sealed, without which no home takes the originals. */
let sealing = false

/** Says how far the making is, and what is missing before it can be shared. */
function progress() {
  const { busy, ready, all } = items
  stop.hidden = !busy
  put(status, busy ? say('author.made', { n: ready.length, of: all.length }) : all.length ? say('items', { n: all.length }) : '')
  document.body.dataset.made = String(ready.length)
  send.disabled = busy || !ready.length
  put(sending, !ready.length ? say('author.lacks.items') : people.length ? '' : say('author.lacks.people'))
}

/** Shares what is there: by the button alone, never by Enter in a field. */
async function submit() {
  const self = await me()
  if (!self) return put(sending, say('author.failed.station'), ' ', h('a', { href: '/join' }, say('author.join')))
  if (!await choosing.done()) return
  const { id, draft } = await newDraft(self, title.value.trim(), items.ready, people)
  await keepDraft(id, draft)
  await share(draft)
}

/** Shares what is kept, until it is done. @param {import('./make/drafts.js').Draft} draft */
async function share(draft) {
  const self = await me()
  if (!self) return
  const bar = h('progress', { max: 1, value: 0, 'aria-label': say('author.sending') })
  const text = h('p', { role: 'status' }, say('author.sending'))
  put(form, h('div', { class: 'good' }, text, bar))
  const sharing = new Sharing(new Station(''), self.signer, draft, (sent, all) => {
    bar.value = all ? sent / all : 0
    put(text, say('author.sent', { n: sent, of: all }))
  })
  try {
    const unknown = await sharing.run()
    shared(sharing.collection, unknown)
  } catch (err) {
    put(form, problem(err, () => share(draft)), h('p', { class: 'hint' }, say('author.kept')))
  }
}

/** Says that it is shared, and what comes next. @param {import('../lib/collection.js').Collection} c @param {string[]} unknown */
function shared(c, unknown) {
  const names = unknown.map((one) => people.find((p) => p.address === one || p.user && hex(p.user) === one)?.name ?? one)
  const done = h('h2', { tabindex: -1 }, say('author.shared'))
  put(form, h('div', { class: 'good' }, done, h('p', {}, say('author.shared.next')),
    names.length > 0 && h('p', { class: 'problem' }, say('author.unknown', { n: names.length, names: names.join(', ') })),
    h('p', {}, h('a', { href: `/album/${hex(c.fixed.author)}/${hex(c.fixed.id)}` }, say('author.look')))))
  done.focus()
  if (items.ready.length === c.length) void complete(c)
}

/**
 * Makes the digests of large originals, which nobody has waited for, and seals them in another
 * edition; then the originals can go home.
 * @param {import('../lib/collection.js').Collection} c
 */
async function complete(c) {
  const left = items.ready.flatMap(({ file, made }, i) => file && !made?.digests[2] ? [{ i, file }] : [])
  if (!left.length) return void form.append(originals(c))
  const bar = h('progress', { max: left.length, value: 0, 'aria-label': say('author.large') })
  const section = h('section', {}, h('h2', {}, say('author.large')), h('p', { class: 'hint' }, say('author.large.hint')), bar)
  form.append(section)
  sealing = true
  try {
    /** @type {Map<number, Uint8Array>} */
    const wholes = new Map()
    for (const { i, file } of left) wholes.set(i, await maker.digest(file, new AbortController().signal, (part) => { bar.value = wholes.size + part }))
    const self = await me()
    if (!self) return
    const next = await seal(edit(c, { wholes }), self.signer, now())
    await new Station('').share({ collection: next.encode() })
    sealing = false
    section.replaceWith(originals(next))
  } catch (err) {
    section.replaceWith(problem(err, () => { form.querySelector(':scope > .problem')?.remove(); void complete(c) }))
  }
}

/** Offers to bring the originals home from here, now. @param {import('../lib/collection.js').Collection} c */
function originals(c) {
  const versions = items.ready.map(({ made, file }) => [made?.versions[0], made?.versions[1], file])
  const state = h('p', { role: 'status' }), bar = h('progress', { max: 1, value: 0, hidden: true, 'aria-label': say('author.home') })
  const button = h('button', { type: 'button', onclick: () => void start() }, say('author.home.do'))
  const stopping = new AbortController()
  const start = async () => {
    button.disabled = true
    bar.hidden = false
    put(state, say('author.home.looking'))
    try {
      const self = await me()
      if (!self) return
      const { bring, ownHomes } = await import('./make/home.js')
      const { homes, barred } = await ownHomes(new Station(''), self)
      const brought = await bring(self, homes, c, versions, (n, of) => {
        bar.value = of ? n / of : 1
        put(state, say('author.home.sent', { n, of }))
      }, stopping.signal)
      put(state, say(brought ? 'author.home.done' : barred.has('tls') ? 'author.home.tls' : barred.has('http') ? 'author.home.http' : 'author.home.nobody'))
      button.hidden = brought
    } catch (err) {
      put(state, problem(err))
    }
    bar.hidden = true
    button.disabled = false
    if (document.activeElement === document.body) button.focus()
  }
  return h('section', {}, h('h2', {}, say('author.home')), h('p', { class: 'hint' }, say('author.home.hint')), state, bar, button)
}

/** Offers to go on with what broke off, or to give it up. */
async function offerKept() {
  for (const { id, draft } of await keptDrafts()) {
    const named = decode(draft.collection).edition.title || say('author.untitled')
    const offer = h('div', { class: 'problem' }, h('p', {}, say('author.unfinished', { title: named })), h('p', { class: 'choices' },
      h('button', { type: 'button', onclick: () => { offer.remove(); void share(draft) } }, say('author.goon')),
      h('button', { type: 'button', onclick: () => forgetDraft(id).then(() => offer.remove()) }, say('author.discard'))))
    form.before(offer)
  }
}

showCards(items, list, (text) => put(status, text))
for (const type of ['added', 'changed', 'removed']) items.addEventListener(type, progress)
addEventListener('beforeunload', (e) => { if (sealing || items.all.length && form.contains(list)) e.preventDefault() })
put(form, h('label', { class: 'field' }, say('author.title'), title), picker((files) => items.add(files)),
  h('div', { class: 'bar' }, status, stop), list, choosing.element, foot)
progress()
await keepOffline(document.body.dataset.user ?? '') // which leaves nothing of another user's
await offerKept()
