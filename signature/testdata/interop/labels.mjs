// Packed columns of ranks, see collection/collection.cddl.
import assert from 'node:assert/strict'

export const COMPLETE = 14
export const WITHDRAWN = 15
export const generation = (rank) => Math.floor(rank / 16)

const width = (d) => [1, 2, 4, 8, 16, 32].find((w) => 2 ** w >= d)

// unpack returns the n ranks of a column.
export function unpack(n, [dict, form, data]) {
  dict.forEach((v, i) => assert.ok(i === 0 || dict[i - 1] < v, 'dictionary not ascending'))
  const ranks = dict.length === 1 ? Array(n).fill(dict[0]) : form === 0 ? runs(n, dict, data) : packed(n, dict, data)
  assert.equal(ranks.length, n)
  assert.deepEqual(pack(ranks), [dict, form, data], 'not the one encoding of the column')
  return ranks
}

function runs(n, dict, data) {
  const ranks = []
  for (let k = 0; k < data.length; ) {
    let v = 0
    for (let shift = 1; ; shift *= 128) {
      const b = data[k++]
      v += (b & 127) * shift
      if (b < 128) break
    }
    for (let i = 0; i <= Math.floor(v / dict.length); i++) ranks.push(dict[v % dict.length])
  }
  if (dict[0] === 0) while (ranks.length < n) ranks.push(0)
  return ranks
}

function packed(n, dict, data) {
  const w = width(dict.length)
  return Array.from({ length: n }, (_, i) => {
    let place = 0
    for (let bit = 0; bit < w; bit++) {
      const at = i * w + bit
      place += ((data[at >> 3] >> (at & 7)) & 1) * 2 ** bit
    }
    return dict[place]
  })
}

// pack writes ranks in the shorter of the two forms, packed if they tie.
export function pack(ranks) {
  const dict = [...new Set(ranks)].sort((a, b) => a - b)
  if (dict.length < 2) return [dict, 0, new Uint8Array()]
  const places = ranks.map((r) => dict.indexOf(r))
  const inRuns = packRuns(dict, places)
  const inBits = packBits(width(dict.length), places)
  return inRuns.length < inBits.length ? [dict, 0, inRuns] : [dict, 1, inBits]
}

function packRuns(dict, places) {
  const out = []
  for (let from = 0, to; from < places.length; from = to) {
    for (to = from + 1; places[to] === places[from]; ) to++
    if (to === places.length && dict[places[from]] === 0) break
    let v = (to - from - 1) * dict.length + places[from]
    for (; v >= 128; v = Math.floor(v / 128)) out.push((v % 128) + 128)
    out.push(v)
  }
  return new Uint8Array(out)
}

function packBits(w, places) {
  const out = new Uint8Array(Math.ceil((places.length * w) / 8))
  places.forEach((place, i) => {
    for (let bit = 0; bit < w; bit++) {
      const at = i * w + bit
      out[at >> 3] |= (Math.floor(place / 2 ** bit) & 1) << (at & 7)
    }
  })
  return out
}

// join works labels out from what was said: author and authority first, for
// they open the generations in which completers are heard.
export function join(n, said) {
  const state = Array(n).fill(0)
  for (const privileged of [true, false]) {
    for (const { ranks } of said.filter((s) => s.privileged === privileged)) {
      ranks.forEach((rank, i) => {
        if (privileged || generation(rank) <= generation(state[i])) state[i] = Math.max(state[i], rank)
      })
    }
  }
  return state
}
