// Keys and seals: see signature.cddl. The cryptography is WebCrypto's.
import { base64, compare, concat, hex, same, sha256, unbase64, utf8 } from './bytes.js'
import { encode, head, Raw, Reader } from './cbor.js'
import { checkPoint } from './edwards.js'
import { GlimpseError } from './errors.js'

/** @typedef {'Ed25519'|'ES256'|'PS256'} Algorithm */

/** Their numbers in a COSE header, less one and negated. @type {Record<Algorithm, number>} */
const numbers = { Ed25519: -8, ES256: -7, PS256: -37 }

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n // of P-256

/** @type {Record<Algorithm, {import: RsaHashedImportParams | EcKeyImportParams | AlgorithmIdentifier, sign: RsaPssParams | EcdsaParams | AlgorithmIdentifier}>} */
const web = {
  Ed25519: { import: { name: 'Ed25519' }, sign: { name: 'Ed25519' } },
  ES256: { import: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
  PS256: { import: { name: 'RSA-PSS', hash: 'SHA-256' }, sign: { name: 'RSA-PSS', saltLength: 32 } },
}

/** @param {Uint8Array} b */
const source = (b) => /** @type {BufferSource} */ (b)

/** Key is a checked public key. */
export class Key {
  /**
   * @param {Algorithm} algorithm @param {Uint8Array} cose @param {Uint8Array} id
   * @param {CryptoKey} key @param {number} signatureSize
   */
  constructor(algorithm, cose, id, key, signatureSize) {
    this.algorithm = algorithm
    /** Its encoding. */
    this.cose = cose
    /** Its thumbprint. */
    this.id = id
    /** The thumbprint in hexadecimal: what people compare. */
    this.name = hex(id)
    this.key = key
    this.signatureSize = signatureSize
  }

  /** Reads a COSE_Key; throws ErrKey. @param {Uint8Array} cose @returns {Promise<Key>} */
  static async parse(cose) {
    const { algorithm, jwk, size } = readKey(cose)
    try {
      const key = await crypto.subtle.importKey('jwk', jwk, web[algorithm].import, true, ['verify'])
      return new Key(algorithm, cose, await sha256(cose), key, size)
    } catch (err) {
      throw new GlimpseError('ErrKey', undefined, String(err))
    }
  }

  /** Takes a public key of WebCrypto's. @param {CryptoKey} key @returns {Promise<Key>} */
  static async from(key) {
    const jwk = await crypto.subtle.exportKey('jwk', key)
    const [x, y, n, e] = [jwk.x, jwk.y, jwk.n, jwk.e].map((s) => unbase64(s ?? ''))
    /** @type {[number, unknown][]} */
    const pairs = jwk.kty === 'OKP' ? [[1, 1], [-1, 6], [-2, x]]
      : jwk.kty === 'EC' ? [[1, 2], [-1, 1], [-2, x], [-3, y]] : [[1, 3], [-1, n], [-2, e]]
    return Key.parse(encode(new Map(pairs)))
  }

  /** The id of the user who starts with this key. @returns {Promise<Uint8Array>} */
  async userId() {
    return (await sha256(concat([utf8('glimpse user'), this.id]))).slice(0, 16)
  }

  /** Checks a seal over a statement; throws ErrUnsigned, ErrBadSeal or ErrUnknownKey. @param {string} type @param {Uint8Array} statement @param {Uint8Array} seal */
  async verify(type, statement, seal) {
    const s = openSeal(type, seal)
    if (!same(s.key, this.id)) throw new GlimpseError('ErrUnknownKey', undefined, 'of another key')
    await this.check(s, statement)
  }

  /** @param {Opened} s @param {Uint8Array} statement */
  async check(s, statement) {
    const { signature } = s
    const fits = s.algorithm === this.algorithm && signature.length === this.signatureSize &&
      (this.algorithm !== 'ES256' || 2n * int(signature.subarray(32)) <= order)
    const signed = encode(['Signature1', s.header, new Uint8Array(0), statement])
    if (!fits || !await crypto.subtle.verify(web[this.algorithm].sign, this.key, source(signature), source(signed))) {
      throw new GlimpseError('ErrBadSeal')
    }
  }
}

/** @param {Uint8Array} cose @returns {{algorithm: Algorithm, jwk: JsonWebKey, size: number}} */
function readKey(cose) {
  const refuse = (/** @type {string} */ why) => {
    throw new GlimpseError('ErrKey', undefined, why)
  }
  try {
    const r = new Reader(cose)
    const pairs = r.map(4)
    pair(r, 1)
    const kind = r.name(4)
    if (kind === 3 && pairs === 3) {
      const n = pair(r, -1).byteString(512), e = pair(r, -2).byteString(4)
      r.done()
      return readRSA(n, e) ?? refuse('RSA out of range')
    }
    pair(r, -1)
    const curve = r.name(7)
    const x = pair(r, -2).fixed(32)
    if (kind === 1 && curve === 6 && pairs === 3) {
      r.done()
      if (!checkPoint(x)) refuse('no point of Ed25519')
      return { algorithm: 'Ed25519', jwk: { kty: 'OKP', crv: 'Ed25519', x: base64(x) }, size: 64 }
    }
    if (kind !== 2 || curve !== 1 || pairs !== 4) refuse('no such key')
    const y = pair(r, -3).fixed(32)
    r.done()
    return { algorithm: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: base64(x), y: base64(y) }, size: 64 }
  } catch (err) {
    return refuse(String(err))
  }
}

/** Moves past a label of a COSE_Key. @param {Reader} r @param {number} label */
function pair(r, label) {
  const at = r.at
  const have = label < 0 ? -1 - r.head(1) : r.head(0)
  return have === label ? r : r.fail('ErrType', at)
}

/** @param {Uint8Array} n @param {Uint8Array} e @returns {{algorithm: Algorithm, jwk: JsonWebKey, size: number}|null} */
function readRSA(n, e) {
  const bits = 8 * n.length - Math.clz32(n[0] ?? 0) + 24
  const exponent = int(e)
  const fits = n[0] && e[0] && bits >= 2048 && bits <= 4096 && n[n.length - 1] & 1 &&
    exponent & 1n && exponent >= 3n && exponent < 2n ** 31n
  return fits ? { algorithm: 'PS256', jwk: { kty: 'RSA', n: base64(n), e: base64(e) }, size: n.length } : null
}

/** @param {Uint8Array} b @returns {bigint} big endian */
const int = (b) => b.length ? BigInt('0x' + hex(b)) : 0n

/** @typedef {{header: Uint8Array, algorithm: string, type: string, key: Uint8Array, signature: Uint8Array}} Opened */

/**
 * Reads a seal of a purpose; throws ErrUnsigned or ErrBadSeal.
 * @param {string} type @param {Uint8Array} seal @returns {Opened}
 */
export function openSeal(type, seal) {
  if (!seal.length) throw new GlimpseError('ErrUnsigned')
  try {
    const r = new Reader(seal)
    if (seal.length > 1024 || r.head(6) !== 18) throw new GlimpseError('ErrBadSeal')
    r.exactly(4)
    const header = r.byteString(1024)
    if (r.map(0) || r.bytes[r.at++] !== 0xf6) throw new GlimpseError('ErrBadSeal')
    const signature = r.byteString(1024)
    r.done()
    return { header, signature, ...readHeader(new Reader(header), type) }
  } catch (err) {
    if (!(err instanceof GlimpseError)) throw err
    throw new GlimpseError('ErrBadSeal', undefined, err.message)
  }
}

/** @param {Reader} r @param {string} type */
function readHeader(r, type) {
  if (r.map(3) !== 3) r.fail('ErrBadSeal')
  pair(r, 1)
  const number = -1 - r.head(1)
  const algorithm = Object.entries(numbers).find(([, n]) => n === number)?.[0] ?? r.fail('ErrBadSeal')
  const is = pair(r, 3).text(64)
  if (is !== type) r.fail('ErrBadSeal', 0, 'for ' + is)
  const key = pair(r, 4).fixed(32)
  r.done()
  return { algorithm, type: is, key }
}

/** Signer seals with a private key, which WebCrypto holds. */
export class Signer {
  /** @param {Key} key @param {CryptoKey} secret */
  constructor(key, secret) {
    this.key = key
    this.secret = secret
  }

  /** Makes a new key, which cannot be exported unless that is asked for. @param {Algorithm} [algorithm] @param {boolean} [extractable] */
  static async generate(algorithm = 'Ed25519', extractable = false) {
    const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
    const how = /** @type {EcKeyGenParams} */ (Object.assign({}, web[algorithm].import, algorithm === 'PS256' ? rsa : {}))
    const pair = await crypto.subtle.generateKey(how, extractable, ['sign', 'verify'])
    return new Signer(await Key.from(pair.publicKey), pair.privateKey)
  }

  /** Seals a statement for a purpose. @param {string} type @param {Uint8Array} statement @returns {Promise<Uint8Array>} */
  async sign(type, statement) {
    const { algorithm, id } = this.key
    const header = encode(new Map(/** @type {[number, unknown][]} */ ([[1, numbers[algorithm]], [3, type], [4, id]])))
    const signed = encode(['Signature1', header, new Uint8Array(0), statement])
    const signature = new Uint8Array(await crypto.subtle.sign(web[algorithm].sign, this.secret, source(signed)))
    if (algorithm === 'ES256') lower(signature)
    return concat([head(6, 18), encode([header, new Raw(Uint8Array.of(0xa0)), null, signature])])
  }
}

/** Replaces a greater s by n - s. @param {Uint8Array} signature */
function lower(signature) {
  const s = int(signature.subarray(32))
  if (2n * s > order) {
    const digits = (order - s).toString(16).padStart(64, '0')
    for (let i = 0; i < 32; i++) signature[32 + i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  }
}

/** Orders keys by their thumbprints. @param {Key} a @param {Key} b */
export const byThumbprint = (a, b) => compare(a.id, b.id)
