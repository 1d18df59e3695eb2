// Whether 32 bytes are a public key of Ed25519 (RFC 8032, section 5.1.3).
import { hex } from './bytes.js'

const p = 2n ** 255n - 19n

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n
  for (let b = base % p; exponent > 0n; exponent >>= 1n, b = b * b % p) if (exponent & 1n) result = result * b % p
  return result
}

const d = (p - 121665n) * power(121666n, p - 2n) % p

/** y of the points whose order divides 8: with such keys, seals verify for many statements. */
const smallOrder = new Set([0n, 1n, p - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n])

/**
 * Reports whether a key is the canonical encoding of a point of the curve that is not of
 * small order.
 * @param {Uint8Array} key @returns {boolean}
 */
export function checkPoint(key) {
  const bytes = key.slice().reverse()
  bytes[0] &= 0x7f // the sign of x
  const y = BigInt('0x' + hex(bytes))
  if (y >= p || smallOrder.has(y)) return false
  const square = y * y % p
  return power((square - 1n + p) * (square * d + 1n) % p, (p - 1n) / 2n) <= 1n
}
