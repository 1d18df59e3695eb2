// The way in: a browser that is a station signs in by itself; others by a passkey, or they join.
import { unhex } from '../lib/bytes.js'
import { Key, Signer } from '../lib/key.js'
import { sealed } from '../lib/sealed.js'
import { find } from './dom.js'
import { assertPasskey } from './passkey.js'
import { read } from './store.js'
import { say } from './words.js'

const state = find('#state')

async function begin() {
  const [, ticket] = location.hash.split('#in.')
  if (ticket) return byTicket(ticket)
  if (location.hash.length > 1) return location.replace('/join' + location.hash)
  if (location.search !== '?out' && await bySeal()) return location.reload()
  state.textContent = say('session.in.how')
  find('#ways').hidden = false
}

/** By a link of the program that runs this station, which is good once. @param {string} ticket */
async function byTicket(ticket) {
  history.replaceState(null, '', '/') // it stays in no history
  const r = await fetch('/session/ticket', { method: 'POST', body: new URLSearchParams({ ticket }) })
  if (r.ok) return location.replace('/')
  state.textContent = say('session.in.spent')
  find('#ways').hidden = false
}

/** As a station, if this browser is one: by a request that its key seals. Returns whether it is let in. */
async function bySeal() {
  const account = await read('station', 'account'), kept = await read('station', 'key')
  if (!account || !kept) return false
  const caller = { ...account, signer: new Signer(await Key.from(kept.public), kept.secret) }
  const body = new Uint8Array(0)
  const headers = await sealed(caller, unhex(document.body.dataset.key ?? ''))({ method: 'POST', path: '/session', body })
  const r = await fetch('/session', { method: 'POST', headers, body })
  return r.ok
}

document.getElementById('passkey')?.addEventListener('click', async () => {
  try {
    if (await assertPasskey()) return location.search ? location.replace('/') : location.reload()
    state.textContent = say('session.in.refused')
  } catch {
    state.textContent = say('session.in.cancelled')
  }
})

find('#invited').addEventListener('submit', (e) => {
  e.preventDefault()
  const text = new FormData(/** @type {HTMLFormElement} */ (e.target)).get('invitation')
  const url = URL.parse(String(text))
  if (!url?.hash) state.textContent = say('session.in.wrong')
  else if (url.origin === location.origin) location.assign('/join' + url.hash)
  else location.assign(url)
})

void begin()
addEventListener('hashchange', () => location.reload()) // a link was opened in this tab
