// SHA-256 (FIPS 180-4) of short messages, at once: the vectors' pieces ask for many thousands.

const primes = Array.from({ length: 312 }, (_, i) => i).filter((n) => n > 1 && Array.from({ length: n }, (_, d) => d).every((d) => d < 2 || n % d))

/** The first 32 bits of the fractional part. @param {number} x */
const fraction = (x) => (x % 1) * 2 ** 32 | 0

const start = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)))
const rounds = primes.slice(0, 64).map((p) => fraction(Math.cbrt(p)))
const w = new Int32Array(64)

/** @param {number} x @param {number} n */
const rotate = (x, n) => x >>> n | x << 32 - n

/** @param {number} i the message: a number in eight bytes @param {Uint8Array} out 32 bytes */
export function sha256Of(i, out) {
  w.fill(0, 0, 16)
  w[0] = i / 2 ** 32 | 0
  w[1] = i | 0
  w[2] = 1 << 31
  w[15] = 64
  for (let t = 16; t < 64; t++) {
    const [a, b] = [w[t - 15], w[t - 2]]
    w[t] = w[t - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >>> 3) + w[t - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >>> 10)
  }
  let [a, b, c, d, e, f, g, h] = start
  for (let t = 0; t < 64; t++) {
    const x = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (e & f ^ ~e & g) + rounds[t] + w[t] | 0
    const y = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b ^ a & c ^ b & c) | 0
    h = g, g = f, f = e, e = d + x | 0, d = c, c = b, b = a, a = x + y | 0
  }
  const view = new DataView(out.buffer);
  [a, b, c, d, e, f, g, h].forEach((v, k) => view.setInt32(4 * k, v + start[k] | 0))
}
