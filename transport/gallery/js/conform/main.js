// Answers the commands of internal/conformance: a JSON message a line.
import { answer } from './commands.js'

/** @type {Buffer[]} */
let line = []

for await (const chunk of process.stdin) {
  let from = 0
  for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
    line.push(chunk.subarray(from, end))
    const message = JSON.parse(Buffer.concat(line).toString())
    process.stdout.write(JSON.stringify(await answer(message)) + '\n')
    line = []
    from = end + 1
  }
  line.push(chunk.subarray(from))
}
