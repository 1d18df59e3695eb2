// Runs the suite in Chromium: GLIMPSE_CHROMIUM, or where Debian has it. Ends with status 1 if
// a case fails.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'

const root = new URL('../../../../', import.meta.url)
/** @type {Record<string, string>} */
const types = { js: 'text/javascript', html: 'text/html', json: 'application/json' }

const server = createServer(async (request, response) => {
  try {
    const url = new URL('.' + new URL(request.url ?? '', 'http://localhost').pathname, root)
    if (!url.href.startsWith(root.href)) throw new Error('outside')
    const body = await readFile(url)
    response.setHeader('Content-Type', types[url.pathname.split('.').pop() ?? ''] ?? 'text/plain')
    response.end(body)
  } catch {
    response.writeHead(404).end()
  }
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

const browser = await chromium.launch({
  executablePath: process.env.GLIMPSE_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'],
})
try {
  const page = await browser.newPage()
  const broken = new Promise((_, reject) => page.on('pageerror', reject))
  await page.goto(`http://127.0.0.1:${port}/transport/gallery/js/test/page.html`)
  const done = page.waitForFunction('window.results', null, { timeout: 600000 }).then((handle) => handle.jsonValue())
  const { count, failed } = /** @type {{count: number, failed: string[]}} */ (await Promise.race([done, broken]))
  for (const line of failed) console.error(line)
  console.log(`${browser.version()}: ${count} cases, ${failed.length} failed`)
  if (failed.length || count < 1200) process.exitCode = 1
} finally {
  await browser.close()
  server.close()
}
