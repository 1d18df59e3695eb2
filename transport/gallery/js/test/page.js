// The suite in a browser: what fails is left in window.results.
import { cases } from './suite.js'

/** @param {string} path */
const load = async (path) => (await fetch('/' + path)).text()

const failed = []
const all = await cases(load)
for (const { name, run } of all) {
  try {
    await run()
  } catch (err) {
    failed.push(name + ': ' + String(err).slice(0, 500))
  }
}
Object.assign(window, { results: { count: all.length, failed } })
