// Prints the events of a feed until the last one has come: node events.mjs URL TOKEN LAST
import { EventSource } from 'eventsource'

const [url, token, last] = process.argv.slice(2)
const source = new EventSource(url, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
})
source.onmessage = ({ data }) => {
  const { title, reason } = JSON.parse(data)
  console.log(`${title} ${reason}`)
  if (title === last) source.close()
}
source.onerror = ({ code, message }) => {
  if (source.readyState === source.CLOSED) {
    console.error(code, message)
    process.exit(1)
  }
}
