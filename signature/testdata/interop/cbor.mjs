// Strict CBOR by cborg, and small helpers for bytes.
import { createHash } from 'node:crypto'
import assert from 'node:assert/strict'
import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg'

export { Tagged }

export const hex = (bytes) => Buffer.from(bytes).toString('hex')
export const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'))
export const bytes = (...parts) => new Uint8Array(Buffer.concat(parts.map((p) => Uint8Array.from(p))))
export const text = (s) => new TextEncoder().encode(s)
export const sha256 = (data) => new Uint8Array(createHash('sha256').update(data).digest())
export const same = (a, b) => Buffer.compare(a, b) === 0

export const write = (value) => encode(value, rfc8949EncodeOptions)

// read decodes deterministic CBOR, with the tags that may occur, and checks
// that the same value is written the same way.
export function read(data, ...tags) {
  const value = decode(data, {
    strict: true,
    useMaps: true,
    rejectDuplicateMapKeys: true,
    allowIndefinite: false,
    allowUndefined: false,
    tags: Tagged.preserve(...tags),
  })
  assert.ok(same(write(value), data), 'not in deterministic encoding')
  return value
}
