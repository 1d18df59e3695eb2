// What a letter's link opens: the token behind the # goes to the server in a body, and is taken
// out of the address.
import { find } from './dom.js'
import { say } from './words.js'

const token = location.hash.slice(1)
const state = find('#state')

async function open() {
  if (!token) return say('session.link.none')
  history.replaceState(null, '', location.pathname)
  const r = await fetch('/link', { method: 'POST', body: new URLSearchParams({ token }) })
  if (r.status === 404 || r.status === 410) {
    find('h1').textContent = document.title = say('session.link.over.title')
    return say('session.link.over.text')
  }
  if (!r.ok) return say('session.other.text')
  location.replace(await r.text())
  return say('session.link.opening')
}

state.textContent = await open().catch(() => say('session.offline'))
addEventListener('hashchange', () => location.reload()) // another link was opened in this tab
