// The suite in Node.
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { cases } from './suite.js'

const root = new URL('../../../../', import.meta.url)

for (const { name, run } of await cases((path) => readFile(new URL(path, root), 'utf8'))) test(name, run)
