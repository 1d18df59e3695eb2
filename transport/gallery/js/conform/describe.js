// Says in the words of the vectors' README what was read.
import { hex, sha256, unhex, values } from '../lib/bytes.js'

/** @typedef {Record<string, unknown>} Fields */

/** How many items or runs are listed. */
const listed = 64

/** Leaves out what is empty or 0. @param {Fields} fields @returns {Fields} */
function some(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, v]) =>
    v && (typeof v !== 'object' || Object.keys(/** @type {object} */ (v)).length > 0)))
}

/** @param {Uint8Array} b @param {number} size */
const list = (b, size) => values(b, size).map(hex)

/** @param {Uint32Array} ranks @returns {Promise<Fields>} */
async function labels(ranks) {
  /** @type {[number, number][]} */
  const runs = []
  const bytes = new DataView(new ArrayBuffer(4 * ranks.length))
  ranks.forEach((rank, i) => {
    bytes.setUint32(4 * i, rank)
    const last = runs[runs.length - 1]
    if (last?.[0] === rank) last[1]++
    else runs.push([rank, 1])
  })
  return { labels_sha256: hex(await sha256(new Uint8Array(bytes.buffer))), ...some({ labels: runs.length <= listed ? runs : [] }) }
}

/**
 * @param {import('../lib/collection.js').Collection} c
 * @param {string[]} [readers] of whom it is asked whether they may read
 * @returns {Promise<Fields>}
 */
export async function describe(c, readers = []) {
  const { fixed: f, edition: e, parts: p } = c
  const identity = hex(await c.identity())
  const few = c.length <= listed
  const named = [...list(f.recipients, 16)]
  return {
    identity, edition_digest: hex(await c.editionDigest()), id: hex(f.id), author: hex(f.author), kind: f.kind,
    len: c.length, labelled: c.labelled, ladder: f.ladder.map((v) => ({ name: v.name, pixels: Number(v.pixels) })),
    items_sha256: hex(await sha256(f.items)), ...await labels(c.ranks),
    ...some({
      authority: hex(f.authority), created: f.created, recipients: list(f.recipients, 16), addresses: list(f.addresses, 32),
      completers: list(f.completers, 16), subs: values(f.subs, 32).map((b) => hex(b.subarray(0, 16)) + '/' + hex(b.subarray(16))),
      replaces: list(f.replaces, 16), author_seal: p.authorSeal && hex(p.authorSeal.bytes),
      authority_seal: p.authoritySeal && hex(p.authoritySeal.bytes),
      ends: p.ends.map((end) => describeEnd({ author: f.author, id: f.id, seal: end.seal }, identity)),
      edition: Number(e.number), title: e.title, metadata: Object.fromEntries(e.metadata), hints: describeHints(e.hints),
      items: few ? list(f.items, 16) : [], captions: captions(c), digests: digests(c, few),
      types: few && Object.fromEntries(Array.from(f.items.subarray(0, c.length), (_, i) => [i, c.mediaType(i)]).filter(([, t]) => t)),
      previews: few && Object.fromEntries([...c.previews].map(([i, b]) => [i, hex(b)])),
      updates: await Promise.all(p.updates.map((u) => describeUpdate(u, identity, f.kind))),
      readers: readers.filter((u) => c.mayRead(unhex(u))),
      accepted: readers.filter((u) => c.mayReadComplete(unhex(u)) && !named.includes(u)),
    }),
  }
}


/** @param {import('../lib/edition.js').Hints} h */
const describeHints = (h) =>
  some({ per_page: h.perPage, cover: h.cover && hex(h.cover), background: h.background && hex(h.background), border: h.border })

/** @param {import('../lib/collection.js').Collection} c */
function captions(c) {
  return Object.fromEntries([...c.captions].filter(([i]) => i < listed))
}

/** @param {import('../lib/collection.js').Collection} c @param {boolean} few */
function digests(c, few) {
  /** @type {Record<number, Record<number, string>>} */
  const all = {}
  c.edition.digests.forEach((_, v) => {
    for (let i = 0; i < Math.min(c.length, listed); i++) {
      const d = c.digest(i, v)
      if (d) (all[v] ??= {})[i] = hex(d)
    }
    if (!few && all[v]) all[v] = {}
  })
  return all
}

/** @param {import('../lib/said.js').Update} u @param {string} identity @param {string} kind @returns {Promise<Fields>} */
export async function describeUpdate(u, identity, kind) {
  return {
    identity, kind, len: u.labels.n, issuer: hex(u.issuer), ...some({ issued: u.seal.issued, seal: hex(u.seal.bytes) }),
    ...await labels(u.labels.unpack()),
  }
}

/** @param {{author: Uint8Array, id: Uint8Array, seal: import('../lib/said.js').Seal}} e @param {string} identity @returns {Fields} */
export const describeEnd = (e, identity) =>
  ({ author: hex(e.author), id: hex(e.id), identity, ...some({ issued: e.seal.issued }), seal: hex(e.seal.bytes) })

/** @param {import('../lib/documents.js').Endpoint} e @returns {Fields} */
export const describeEndpoint = (e) =>
  ({ user: hex(e.user), key: hex(e.key), number: Number(e.number), ...some({ urls: e.urls, web: e.web, seal: hex(e.seal) }) })
