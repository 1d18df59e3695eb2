// The way in: a browser that is a station signs in by itself; others by a passkey, or they join.
import { isInvitation, joinPage } from './back.js'
import { find, h } from './dom.js'
import { me, signIn } from './me.js'
import { forgetAll } from './offline.js'
import { assertPasskey } from './passkey.js'
import { say } from './words.js'

const state = find('#state')

async function begin() {
  if (location.search === '?out') await forgetAll()
  const [, ticket] = location.hash.split('#in.')
  if (ticket) return byTicket(ticket)
  if (isInvitation(location.hash)) return location.replace(joinPage(location.hash))
  const self = await me()
  if (self && location.search !== '?out' && await bySeal(self)) return goOn()
  if (self) offer(self)
  state.textContent = say('session.in.how')
  find('#ways').hidden = false
}

/** Shows the page that was to be seen, now that somebody is signed in. */
const goOn = () => location.search === '?out' ? location.replace('/') : location.reload()

/** By a link of the program that runs this station, which is good once. @param {string} ticket */
async function byTicket(ticket) {
  history.replaceState(null, '', location.pathname + location.search) // it stays in no history
  const r = await fetch('/session/ticket', { method: 'POST', body: new URLSearchParams({ ticket }) })
  if (r.ok) return goOn()
  state.textContent = say('session.in.spent')
  find('#ways').hidden = false
}

/** As a station. Returns whether it is let in. @param {import('./me.js').Me} self */
const bySeal = (self) => signIn(self).then(() => true, () => false)

/** Has who has signed out come in again. @param {import('./me.js').Me} self */
function offer(self) {
  find('#ways').prepend(h('p', {}, h('button', {
    id: 'station', class: 'primary',
    onclick: async () => {
      if (await bySeal(self)) goOn()
      else state.textContent = say('session.in.stopped')
    },
  }, say('session.in.station', { name: self.name }))))
}

document.getElementById('passkey')?.addEventListener('click', async () => {
  try {
    if (await assertPasskey()) return goOn()
    state.textContent = say('session.in.refused')
  } catch {
    state.textContent = say('session.in.cancelled')
  }
})

find('#invited').addEventListener('submit', (e) => {
  e.preventDefault()
  const text = new FormData(/** @type {HTMLFormElement} */ (e.target)).get('invitation')
  const url = URL.parse(String(text))
  if (!url?.hash || !url.protocol.startsWith('http')) state.textContent = say('session.in.wrong')
  else if (url.origin === location.origin) location.assign(joinPage(url.hash))
  else location.assign(url)
})

void begin()
addEventListener('hashchange', () => location.reload()) // a link was opened in this tab
