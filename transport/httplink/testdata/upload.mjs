// Brings a file by tus, in chunks: node upload.mjs ENDPOINT TOKEN FILE CHUNK
import { readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const [endpoint, token, file, chunk] = process.argv.slice(2)
new Upload(readFileSync(file), {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  chunkSize: Number(chunk),
  retryDelays: null,
  onError: (e) => { console.error(String(e)); process.exit(1) },
  onSuccess: () => console.log('done'),
}).start()
