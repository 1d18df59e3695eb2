// Seals: COSE_Sign1 with WebCrypto, see signature/signature.cddl.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { bytes, hex, read, same, sha256, Tagged, write } from './cbor.mjs'

const { subtle } = webcrypto
const SIGN1 = 18
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const algorithms = new Map([
  [-8, { key: { name: 'Ed25519' }, use: { name: 'Ed25519' } }],
  [-7, { key: { name: 'ECDSA', namedCurve: 'P-256' }, use: { name: 'ECDSA', hash: 'SHA-256' } }],
  [-37, { key: { name: 'RSA-PSS', hash: 'SHA-256' }, use: { name: 'RSA-PSS', saltLength: 32 } }],
])

const url = (b) => Buffer.from(b).toString('base64url')
const unurl = (s) => new Uint8Array(Buffer.from(s, 'base64url'))
const big = (b) => BigInt('0x' + hex(b))

// A Key is a public key, given as COSE_Key, and perhaps its private part.
export class Key {
  static async parse(cose, secret) {
    const k = new Key()
    const m = read(cose)
    let jwk
    switch (m.get(1)) {
      case 1:
        k.algorithm = -8
        jwk = { kty: 'OKP', crv: 'Ed25519', x: url(m.get(-2)) }
        break
      case 2:
        k.algorithm = -7
        jwk = { kty: 'EC', crv: 'P-256', x: url(m.get(-2)), y: url(m.get(-3)) }
        break
      case 3:
        k.algorithm = -37
        jwk = { kty: 'RSA', n: url(m.get(-1)), e: url(m.get(-2)) }
        break
      default:
        assert.fail('unknown key type')
    }
    k.cose = cose
    k.id = sha256(cose) // the thumbprint of RFC 9679
    k.public = await subtle.importKey('jwk', jwk, algorithms.get(k.algorithm).key, true, ['verify'])
    k.secret = secret
    return k
  }

  // load reads a private key in PKCS#8 PEM.
  static async load(file, algorithm) {
    const pem = readFileSync(file, 'utf8').replace(/-----[^-]+-----|\s/g, '')
    const { key } = algorithms.get(algorithm)
    const secret = await subtle.importKey('pkcs8', Buffer.from(pem, 'base64'), key, true, ['sign'])
    const jwk = await subtle.exportKey('jwk', secret)
    const cose = {
      '-8': () => [[1, 1], [-1, 6], [-2, unurl(jwk.x)]],
      '-7': () => [[1, 2], [-1, 1], [-2, unurl(jwk.x)], [-3, unurl(jwk.y)]],
      '-37': () => [[1, 3], [-1, unurl(jwk.n)], [-2, unurl(jwk.e)]],
    }[algorithm]()
    return Key.parse(write(new Map(cose)), secret)
  }

  // seal seals a statement for a purpose.
  async seal(type, statement) {
    const header = write(new Map([[1, this.algorithm], [3, type], [4, this.id]]))
    const { use } = algorithms.get(this.algorithm)
    let signature = new Uint8Array(await subtle.sign(use, this.secret, toBeSigned(header, statement)))
    if (this.algorithm === -7) signature = lowS(signature)
    return write(new Tagged(SIGN1, [header, new Map(), null, signature]))
  }
}

const toBeSigned = (header, statement) => write(['Signature1', header, new Uint8Array(), statement])

// lowS gives an ES256 signature the lower of the two values of s.
function lowS(signature) {
  const s = big(signature.slice(32))
  if (s <= ORDER / 2n) return signature
  return bytes(signature.slice(0, 32), Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex'))
}

// open verifies a seal with one of the keys, and returns that key.
export async function open(keys, type, statement, seal) {
  const { value: [header, other, payload, signature] } = read(seal, SIGN1)
  assert.equal(other.size, 0, 'unprotected headers')
  assert.equal(payload, null, 'an attached payload')
  const m = read(header)
  assert.deepEqual([...m.keys()], [1, 3, 4], 'protected headers')
  assert.equal(m.get(3), type, 'another purpose')
  const key = keys.find((k) => same(k.id, m.get(4)))
  assert.ok(key, 'unknown key')
  assert.equal(m.get(1), key.algorithm, 'another algorithm')
  if (key.algorithm === -7) assert.ok(big(signature.slice(32)) <= ORDER / 2n, 'the greater s')
  const { use } = algorithms.get(key.algorithm)
  const good = await subtle.verify(use, key.public, signature, toBeSigned(header, statement))
  assert.ok(good, 'bad signature')
  return key
}
