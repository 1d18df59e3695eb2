// Answers the commands of internal/conformance: a JSON message a line.
import { createInterface } from 'node:readline'
import { answer } from './commands.js'

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n')
}
