// The page of settings: passkeys are made here, news is told where people want it, and what this
// browser is, it knows itself.
import { start as showChannels } from './channels.js'
import { find, h, put } from './dom.js'
import { me } from './me.js'
import { forgetAll } from './offline.js'
import { createPasskey } from './passkey.js'
import { keys } from './store.js'
import { say } from './words.js'

const station = await me()
put(find('#station'), station
  ? say('session.station.is', { name: station.name })
  : h('span', {}, say('session.station.none'), ' ', h('a', { href: '/join' }, say('session.station.join'))))

const made = station ? document.querySelectorAll(`[data-station="${station.key.name}"]`) : []
for (const by of made) by.textContent = say('session.passkey.here')

const unsent = (await keys('drafts')).length
if (unsent) find('#signout').prepend(h('p', { class: 'hint' }, say('session.out.drafts', { n: unsent })))

const out = /** @type {HTMLFormElement} */ (find('#signout'))
out.addEventListener('submit', (e) => { // nothing that was seen, or made, stays for who comes next
  e.preventDefault()
  const { submitter } = e
  const everywhere = submitter instanceof HTMLButtonElement && submitter.value && h('input', { type: 'hidden', name: submitter.name, value: submitter.value })
  if (everywhere) out.append(everywhere)
  void forgetAll().finally(() => out.submit())
})

const form = document.getElementById('newpasskey') // whose button waits for this script, without which it would do something else
form?.querySelector('button')?.removeAttribute('disabled')
form?.addEventListener('submit', async (e) => {
  e.preventDefault()
  const name = String(new FormData(/** @type {HTMLFormElement} */ (form)).get('name'))
  const state = find('#passkeystate')
  try {
    if (await createPasskey(name)) return location.reload()
    state.textContent = say('session.passkey.refused')
  } catch {
    state.textContent = say('session.passkey.cancelled')
  }
})

await showChannels()
