// The page on which an author changes an album.
import { hex, unhex, values } from '../lib/bytes.js'
import { Station } from '../lib/client.js'
import { levelOf, withdrawn } from '../lib/label.js'
import { edit, end, seal } from '../lib/make.js'
import { find, h, put } from './dom.js'
import { showCards } from './make/cards.js'
import { successorDraft } from './make/compose.js'
import { confirms } from './make/dialog.js'
import { keepDraft, namedIn } from './make/drafts.js'
import { problem } from './make/failure.js'
import { Items } from './make/items.js'
import { Maker } from './make/maker.js'
import { ownAlbum } from './make/own.js'
import { chooser, namesOf } from './make/people.js'
import { picker } from './make/pick.js'
import { now, Sharing, withdraw } from './make/share.js'
import { me } from './me.js'
import { keepOffline } from './offline.js'
import { say } from './words.js'

/** @typedef {import('../lib/collection.js').Collection} Collection */

const main = find('main'), into = find('#album'), hub = new Station('')
const name = { author: unhex(document.body.dataset.author ?? ''), id: unhex(document.body.dataset.id ?? '') }

/** Editor is the page of one album. */
class Editor {
  /** Places of items that are to be taken out. @type {Set<number>} */
  #out = new Set()
  #status = h('p', { role: 'status', class: 'hint' })
  #save = h('button', { type: 'button', class: 'primary', onclick: () => this.#try(() => this.#apply()) }, say('author.save'))
  #list = h('ol', { class: 'cards', 'aria-label': say('author.items') })

  /** @param {import('./me.js').Me} self @param {Collection} c @param {import('./make/people.js').Person[]} people */
  constructor(self, c, people) {
    this.self = self
    this.c = c
    this.people = people
    this.before = [...people]
    this.captions = new Map(c.captions)
    this.title = h('input', { type: 'text', class: 'title', maxlength: 200, value: c.edition.title, oninput: () => this.#changed() })
    this.added = new Items(new Maker(main.dataset.worker ?? ''))
    this.choosing = chooser(people, () => this.#changed())
  }

  show() {
    const more = h('ol', { class: 'cards', 'aria-label': say('author.added') })
    showCards(this.added, more, (text) => put(this.#status, text))
    for (const type of ['added', 'changed', 'removed']) this.added.addEventListener(type, () => this.#changed())
    put(this.#list, ...Array.from({ length: this.c.length }, (_, i) => this.#card(i)))
    const unnamed = this.#unnamed
    put(into, h('label', { class: 'field' }, say('author.title'), this.title), this.#list,
      h('h2', {}, say('author.grow')), picker((files) => this.added.add(files)), more,
      this.choosing.element, unnamed > 0 && h('p', { class: 'hint' }, say('author.unnamed', { n: unnamed })),
      h('h2', {}, say('author.end')), h('p', { class: 'hint' }, say('author.end.hint')),
      h('button', { type: 'button', class: 'danger', onclick: () => this.#try(() => this.#end()) }, say('author.end.do')),
      h('div', { class: 'dock' }, this.#status, this.#save))
    this.#changed()
  }

  /** What one knows an item by. @param {number} i */
  #name(i) {
    return this.captions.get(i) || say('author.item', { n: i + 1 })
  }

  /** @param {number} i */
  #card(i) {
    const gone = levelOf(this.c.ranks[i]) === withdrawn, of = { name: this.#name(i) }
    const caption = h('input', { class: 'caption', maxlength: 500, value: this.captions.get(i) ?? '', placeholder: say('author.caption'), 'aria-label': say('author.caption.of', of) })
    caption.addEventListener('input', () => { this.captions.set(i, caption.value); this.#changed() })
    const out = h('button', { type: 'button', 'aria-pressed': 'false', 'aria-label': say('author.out.of', of), onclick: () => this.#toggle(i, card, out) }, say('author.out'))
    const image = h('img', { alt: '', loading: 'lazy', src: hub.versionURL(name, this.c.id(i), 0) })
    image.addEventListener('error', () => image.replaceWith(h('p', { class: 'generic' }, this.c.mediaType(i).replace(/.*\//, '').toUpperCase())))
    const card = h('li', { class: gone ? 'card gone' : 'card' }, h('div', { class: 'picture' }, image), caption, h('div', { class: 'tools wide' }, out,
      gone ? h('span', { class: 'note' }, say('author.withdrawn'))
        : h('button', { type: 'button', 'aria-label': say('author.withdraw.of', of), onclick: () => this.#try(() => this.#withdraw(i)) }, say('author.withdraw'))))
    return card
  }

  /** @param {number} i @param {HTMLElement} card @param {HTMLElement} button */
  #toggle(i, card, button) {
    const out = !this.#out.delete(i)
    if (out) this.#out.add(i)
    card.classList.toggle('gone', out)
    button.setAttribute('aria-pressed', String(out))
    this.#changed()
  }

  get #texts() {
    const { c, captions, title } = this
    return title.value.trim() !== c.edition.title || [...captions].some(([i, text]) => text.trim() !== (c.captions.get(i) ?? ''))
  }

  /** Of how many people this browser does not know the mail address. */
  get #unnamed() {
    return Math.max(0, this.c.fixed.addresses.length / 32 - this.before.filter((p) => p.address).length)
  }

  get #succeeds() {
    const { people, before } = this
    return this.#out.size + this.added.ready.length > 0 || people.length !== before.length || people.some((p) => !before.includes(p))
  }

  #changed() {
    this.#save.disabled = this.added.busy || !this.#texts && !this.#succeeds
    put(this.#status, this.#save.disabled ? '' : this.#succeeds ? say('author.save.new') : say('author.save.texts'))
  }

  async #apply() {
    if (!await this.choosing.done()) return
    if (this.#succeeds) return this.#succeed()
    await this.#try(async () => this.#tell(await seal(edit(this.c, this.#wanted), this.self.signer, now()), say('author.saved')))
  }

  get #wanted() {
    return { title: this.title.value.trim(), captions: new Map([...this.captions].map(([i, text]) => [i, text.trim()])) }
  }

  /** Makes another album that takes the place of this one, once people have heard what that means. */
  async #succeed() {
    const { c, people, before, added } = this
    const kept = Array.from({ length: c.length }, (_, i) => i).filter((i) => !this.#out.has(i))
    const names = (/** @type {import('./make/people.js').Person[]} */ some) => some.map((p) => p.name).join(', ')
    const left = before.filter((p) => !people.includes(p)), come = people.filter((p) => !before.includes(p))
    const unnamed = this.#unnamed
    const says = [
      added.ready.length > 0 && say('author.says.added', { n: added.ready.length }), this.#out.size > 0 && say('author.says.out', { n: this.#out.size }),
      come.length > 0 && say('author.says.come', { names: names(come) }), left.length > 0 && say('author.says.left', { names: names(left) }),
      unnamed > 0 && say('author.unnamed', { n: unnamed }), say('author.says.same'),
    ].filter((text) => typeof text === 'string')
    if (!await confirms(say('author.says'), says, say('author.says.do'))) return
    const { id, draft } = await successorDraft(this.self, c, { ...this.#wanted, kept, added: added.ready, people })
    await keepDraft(id, draft)
    await this.#try(() => this.#share(draft))
  }

  /** @param {import('./make/drafts.js').Draft} draft */
  async #share(draft) {
    const sharing = new Sharing(hub, this.self.signer, draft, (n, of) => put(this.#status, say('author.sent', { n, of })))
    const unknown = await sharing.run()
    done(say('author.saved'), sharing.collection, unknown.length ? say('author.unknown', { n: unknown.length, names: unknown.join(', ') }) : '')
  }

  /** @param {number} i */
  async #withdraw(i) {
    const named = this.#name(i)
    if (!await confirms(say('author.withdraw.ask', { name: named }), [say('author.withdraw.says')], say('author.withdraw.do'), true)) return
    await this.#try(async () => this.#tell(await withdraw(this.c, this.self.signer, [i]), say('author.withdraw.done', { name: named })))
  }

  async #end() {
    const title = this.c.edition.title || say('author.untitled')
    if (!await confirms(say('author.end.ask', { title }), [say('author.end.says')], say('author.end.do'), true)) return
    await this.#try(async () => {
      await hub.share({ collection: (await end(this.c, this.self.signer, now())).encode() })
      done(say('author.end.done', { title }))
    })
  }

  /** Tells the hub what is new of the album, and shows it as it is then. @param {Collection} c @param {string} text */
  async #tell(c, text) {
    await hub.share({ collection: c.encode() })
    await open(text)
  }

  /** Says what did not work; it can be tried again, without another question. @param {() => Promise<void>} act */
  async #try(act) {
    try {
      find('main').querySelector(':scope > .problem')?.remove()
      await act()
    } catch (err) {
      into.before(problem(err, () => this.#try(act)))
    }
  }
}

/** Says that something was done. @param {string} text @param {Collection|null} [c] where it can be seen @param {string} [more] */
function done(text, c = null, more = '') {
  const heading = h('h2', { tabindex: -1 }, text)
  put(into, h('div', { class: 'good' }, heading, more && h('p', { class: 'problem' }, more),
    h('p', {}, c ? h('a', { href: `/album/${hex(c.fixed.author)}/${hex(c.fixed.id)}` }, say('author.look')) : h('a', { href: '/' }, say('gallery')))))
  heading.focus()
}

/** Opens the album, and says what has been done before. @param {string} [text] */
async function open(text = '') {
  const self = await me()
  if (!self) return put(into, h('p', {}, say('author.failed.station'), ' ', h('a', { href: '/join' }, say('author.join'))))
  const c = await ownAlbum(hub, name)
  const users = values(c.fixed.recipients, 16), names = await namesOf(users.map(hex), hex(name.author) + '/' + hex(name.id))
  const completers = values(c.fixed.completers, 16).map(hex)
  const people = users.map((user) => ({ name: names.get(hex(user)) ?? hex(user).slice(0, 8), user, completes: completers.includes(hex(user)) }))
  const named = c.fixed.addresses.length ? await namedIn(c.fixed.id) : []
  new Editor(self, c, [...people, ...named.map((address) => ({ name: address, address, completes: false }))]).show()
  if (text) into.prepend(h('p', { role: 'status', class: 'good' }, text))
}

await keepOffline(document.body.dataset.user ?? '') // which leaves nothing of another user's
await open().catch((err) => put(into, problem(err)))
