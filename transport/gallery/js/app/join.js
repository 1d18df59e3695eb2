// How a browser becomes a station: by an invitation, and a code that two people compare.
import { GlimpseError } from '../lib/errors.js'
import { Enrolment, join, parseInvitation } from '../lib/enrol.js'
import { cameFrom, isInvitation } from './back.js'
import { h, find, put } from './dom.js'
import { keep, me, ownSigner, signIn } from './me.js'
import { reach } from './reach.js'
import { say } from './words.js'

/**
 * The invitation that stands behind the # of the page's address, as its whole text; '' = none. That
 * of another station stands there whole, its own # written as %23. It is taken out of the address, so
 * that it stays in no history and is shared with nobody.
 */
function invitationHere() {
  const { hash, origin, pathname, search } = location
  if (!isInvitation(hash)) return ''
  history.replaceState(null, '', pathname + search)
  return /^#https?:/i.test(hash) ? hash.slice(1).replace('%23', '#') : origin + hash
}

/** What people call this browser, such as "Firefox on Linux". */
export function browserName() {
  const agent = navigator.userAgent
  const named = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']].find(([mark]) => agent.includes(mark))
  const on = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS', 'Mac'], ['Linux', 'Linux']].find(([mark]) => agent.includes(mark))
  return say('join.name.proposed', { browser: named?.[1] ?? say('join.browser'), system: on?.[1] ?? say('join.computer') })
}

/** Shows the way in. @param {Element} into @param {string} invitation '' = it is asked for */
export async function start(into, invitation) {
  const self = await me()
  if (self) return put(into, h('p', {}, say('join.already', { name: self.name })), albums())
  const name = /** @type {HTMLInputElement} */ (h('input', { id: 'name', value: browserName(), maxlength: 32, required: true, autocomplete: 'off' }))
  const text = h('input', { id: 'invitation', value: invitation, required: true, autocomplete: 'off', spellcheck: 'false', inputmode: 'url', type: 'url' })
  const go = (/** @type {Event} */ e) => {
    e.preventDefault()
    void begin(into, text.value, name.value.trim())
  }
  const known = invitation.startsWith(location.origin + '#') // another station is shown, before it is asked
  put(into, h('form', { onsubmit: go },
    known ? null : h('p', {}, h('label', { for: 'invitation' }, say('join.invitation')), text),
    h('p', {}, h('label', { for: 'name' }, say('join.name')), name),
    h('p', { class: 'hint' }, say('join.name.hint')),
    h('button', { class: 'primary' }, say('join.begin'))))
  ;(invitation ? name : text).focus()
}

/** Asks to join, and shows the code. @param {Element} into @param {string} text @param {string} name */
async function begin(into, text, name) {
  put(into, waiting('join.asking'))
  try {
    const { url, secret } = parseInvitation(text.replace('/join#', '#')) // where a page was to be opened with it
    const barred = reach(url, 'web')
    if (barred) return failed(into, 'join.' + barred)
    // A peer, though it serves nothing: the updates by which an author withdraws stand by a peer's key alone.
    const joiner = await join(new Enrolment(url, secret), await ownSigner(), 'peer', name)
    compare(into, joiner, name)
  } catch (err) {
    failed(into, why(err, 'join.unreachable'))
  }
}

/** @param {Element} into @param {import('../lib/enrol.js').Joiner} joiner @param {string} name */
function compare(into, joiner, name) {
  const yes = h('button', { class: 'primary', onclick: () => void confirm(into, joiner, name) }, say('join.same'))
  put(into,
    h('p', { id: 'ask' }, say('join.compare')),
    h('output', { class: 'code', 'aria-describedby': 'ask' }, joiner.code),
    h('p', { class: 'row' }, yes, h('button', { onclick: () => failed(into, 'join.differ') }, say('join.different'))))
  yes.focus()
}

/** @param {Element} into @param {import('../lib/enrol.js').Joiner} joiner @param {string} name */
async function confirm(into, joiner, name) {
  put(into, waiting('join.waiting'), h('output', { class: 'code' }, joiner.code))
  try {
    const self = await keep(await joiner.confirm(), name)
    const signedIn = await signIn(self).then(() => true, () => false)
    put(into,
      h('p', { class: 'done', role: 'status' }, say('join.done', { name })),
      self.root ? h('section', { class: 'note' }, h('h2', {}, say('join.root.title')), h('p', {}, say('join.root')), h('p', {}, say('join.root.more'))) : null,
      signedIn ? albums() : h('p', {}, say('join.elsewhere')))
  } catch (err) {
    failed(into, why(err, 'join.broken'))
  }
}

/** The words for a failure. @param {unknown} err @param {string} lost where nobody has answered */
function why(err, lost) {
  if (!(err instanceof GlimpseError)) return 'join.broken'
  const kinds = { ErrNotFound: 'join.spent', ErrForbidden: 'join.refused', ErrUnreachable: lost, ErrMalformed: 'join.malformed', ErrChanged: 'join.changed', ErrKey: 'join.changed' }
  return Object.entries(kinds).find(([code]) => err.is(code))?.[1] ?? 'join.broken'
}

/** @param {Element} into @param {string} key of the text */
function failed(into, key) {
  put(into, h('p', { class: 'failed', role: 'alert' }, say(key)), h('button', { onclick: () => void start(into, '') }, say('join.again')))
}

/** @param {string} key */
const waiting = (key) => h('p', { class: 'waiting', role: 'status' }, say(key))

/** The way on: to the page that was to be seen, or to all albums. */
function albums() {
  const page = cameFrom()
  return h('p', {}, h('a', { href: page || '/', class: 'primary' }, say(page ? 'join.back' : 'join.albums')))
}

addEventListener('hashchange', () => { // another invitation, opened in the same tab
  const invitation = invitationHere()
  if (invitation) void start(find('#join'), invitation)
})
void start(find('#join'), invitationHere())
