// Makes what an author or a completer seals.
import { concat, same, sha256, utf8 } from './bytes.js'
import { Reader, encode } from './cbor.js'
import { pack } from './column.js'
import { Collection, most } from './collection.js'
import { emptyEdition, encodeEdition, previewsOf, readEdition, removed } from './edition.js'
import { GlimpseError } from './errors.js'
import { emptyFixed, encodeFixed, readFixed, setOf } from './fixed.js'
import { levelOf, withdrawn } from './label.js'
import { withDefaults } from './limits.js'
import { byKey, makeUpdate, mayStand } from './said.js'
import { editionStatement, endStatement, purpose, updateStatement } from './statements.js'

/** @typedef {import('./key.js').Signer} Signer */

/**
 * What a new collection is to have.
 * @typedef {Partial<Omit<import('./fixed.js').Fixed, 'items'|'recipients'|'addresses'|'completers'>> & {
 *   author: Uint8Array, items: Uint8Array[], recipients?: Uint8Array[], addresses?: Uint8Array[],
 *   completers?: Uint8Array[], title?: string, captions?: Map<number, string>, types?: string[],
 *   digests?: (Uint8Array|undefined)[][], previews?: (Uint8Array|undefined)[],
 *   metadata?: Map<string, string>, hints?: import('./edition.js').Hints}} Wanted
 */

/** Makes a collection, not sealed yet. Throws a GlimpseError for what cannot be. @param {Wanted} wanted @returns {Collection} */
export function make(wanted) {
  const { recipients = [], addresses = [], completers = [] } = wanted
  const fixedBytes = encodeFixed({
    ...emptyFixed(), id: crypto.getRandomValues(new Uint8Array(16)), ...wanted, items: concat(wanted.items),
    recipients: setOf(recipients), addresses: setOf(addresses), completers: setOf(completers),
  })
  const limits = withDefaults()
  const fixed = readFixed(new Reader(fixedBytes), limits)
  const editionBytes = encodeEdition(editionOf(wanted, fixed.ladder.length))
  const edition = readEdition(new Reader(editionBytes), wanted.items.length, fixed.ladder.length, limits)
  const c = new Collection({
    fixed, fixedBytes, edition, editionBytes, authorSeal: null, authoritySeal: null,
    updates: [], resolved: [], accepted: [], ends: [],
  })
  return c.validate()
}

/** @param {Wanted} w @param {number} versions @returns {import('./edition.js').Edition} */
function editionOf(w, versions) {
  const n = w.items.length
  const names = [...new Set(Array.from({ length: n }, (_, i) => w.types?.[i] ?? ''))].sort()
  const lengths = Array.from({ length: n }, (_, i) => w.previews?.[i]?.length ?? 0)
  return {
    ...emptyEdition(), title: w.title ?? '', metadata: w.metadata ?? new Map(), hints: w.hints ?? {}, captions: textsOf(w.captions),
    types: names.some(Boolean) ? { names, column: pack(Array.from({ length: n }, (_, i) => names.indexOf(w.types?.[i] ?? ''))) } : null,
    digests: Array.from({ length: versions }, (_, v) => digestsOf(w, n, v)),
    previews: lengths.some(Boolean) ? { lengths: pack(lengths), data: concat(w.previews?.map((p) => p ?? new Uint8Array(0)) ?? []) } : null,
  }
}

/** @param {Wanted} w @param {number} n @param {number} version */
function digestsOf(w, n, version) {
  const column = new Uint8Array(32 * n)
  w.digests?.forEach((of, i) => of[version] && column.set(of[version], 32 * i))
  return column.some(Boolean) ? column : undefined
}

/** @param {Map<number, string>|undefined} captions @returns {import('./edition.js').Texts|null} */
function textsOf(captions) {
  const all = [...captions ?? []].filter(([, text]) => text).sort(([a], [b]) => a - b)
  if (!all.length) return null
  const texts = all.map(([, text]) => utf8(text))
  const items = new DataView(new ArrayBuffer(4 * all.length)), ends = new DataView(new ArrayBuffer(4 * all.length))
  let end = 0
  all.forEach(([i], k) => {
    items.setUint32(4 * k, i)
    ends.setUint32(4 * k, end += texts[k].length)
  })
  return { items: new Uint8Array(items.buffer), ends: new Uint8Array(ends.buffer), text: concat(texts) }
}

/**
 * The author's next edition, with another title, other captions, or complete versions' digests of
 * items that have none, not sealed yet. Previews of what was withdrawn are removed in it.
 * @param {Collection} c @param {{title?: string, captions?: Map<number, string>, wholes?: Map<number, Uint8Array>}} change @returns {Collection}
 */
export function edit(c, { title = c.edition.title, captions = c.captions, wholes = new Map() }) {
  const editionBytes = encodeEdition({
    ...c.edition, number: c.edition.number + 1n, title, captions: textsOf(captions), digests: digestsWith(c, wholes), previews: c.edition.previews && previewsLeft(c),
  })
  const edition = readEdition(new Reader(editionBytes), c.length, c.fixed.ladder.length, withDefaults())
  return c.with({ edition, editionBytes, authorSeal: null, authoritySeal: null })
}

/** @param {Collection} c @param {Map<number, Uint8Array>} wholes */
function digestsWith(c, wholes) {
  const last = c.fixed.ladder.length - 1, digests = [...c.edition.digests]
  if (!wholes.size) return digests
  const column = digests[last]?.slice() ?? new Uint8Array(32 * c.length)
  for (const [i, digest] of wholes) if (!c.digest(i, last)) column.set(digest, 32 * i)
  digests[last] = column
  return digests
}

/** @param {Collection} c */
function previewsLeft(c) {
  const all = previewsOf(c.edition)
  for (const i of all.keys()) if (levelOf(c.ranks[i]) === withdrawn) all.set(i, new Uint8Array(0))
  const lengths = Array.from({ length: c.length }, (_, i) => { const p = all.get(i); return p ? p.length || removed : 0 })
  return { lengths: pack(lengths), data: concat([...all.values()]) }
}

/** Seals the edition, as its author or as the authority. @param {Collection} c @param {Signer} signer @param {number} issued seconds @param {boolean} [asAuthority] */
export async function seal(c, signer, issued, asAuthority = false) {
  const bytes = await signer.sign(purpose.edition, await editionStatement(c, issued))
  return c.with({ [asAuthority ? 'authoritySeal' : 'authorSeal']: { issued, bytes } })
}

/**
 * Makes an update, which says the ranks that it is given and all that the key has said before.
 * The issuer is a user, or no bytes for the authority. Throws ErrNotAuthorised or ErrRank.
 * @param {Collection} c @param {Signer} signer @param {Uint8Array} issuer @param {number} issued seconds
 * @param {Map<number, number>} ranks by items' numbers @returns {Promise<import('./said.js').UpdateDocument>}
 */
export async function update(c, signer, issuer, issued, ranks) {
  const own = c.parts.updates.find((u) => same(u.issuer, issuer) && same(u.key, signer.key.id))
  const all = own?.labels.unpack() ?? new Uint32Array(c.length)
  for (const [i, rank] of ranks) all[i] = Math.max(all[i], rank)
  const labels = pack(all)
  const labelBytes = encode([Array.from(labels.dict), labels.form, labels.data])
  const identity = await c.identity()
  const bytes = await signer.sign(purpose.update, await updateStatement(identity, labelBytes, issuer, issued))
  const made = makeUpdate(labels, labelBytes, issuer, { issued, bytes })
  mayStand(c.fixed, made)
  return { identity, kind: c.fixed.kind, n: c.length, update: made }
}

/** Ends a collection for good, as its author. @param {Collection} c @param {Signer} signer @param {number} issued seconds */
export async function end(c, signer, issued) {
  const { author, id } = c.fixed
  const statement = endStatement({ author, id, identity: await c.identity(), seal: { issued, bytes: author } })
  const ended = { seal: { issued, bytes: await signer.sign(purpose.end, statement) }, key: signer.key.id }
  return c.with({ ends: [...c.parts.ends, ended].sort(byKey).slice(0, most.ends) })
}

/** The blinded address of a recipient. @param {Uint8Array} id of the collection @param {Uint8Array} r @param {string} address */
export async function blind(id, r, address) {
  const normal = address.replace(/[A-Z]/g, (c) => c.toLowerCase())
  const atom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+", name = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
  const form = new RegExp(`^(?=.{1,254}$)(?=[^@]{1,64}@)${atom}(\\.${atom})*@${name}(\\.${name})+$`)
  if (!form.test(normal)) throw new GlimpseError('ErrMalformed', undefined, 'no e-mail address')
  return sha256(concat([utf8('glimpse address'), id, r, utf8(normal)]))
}

/** The id of an item that a device knows by an id of its own. @param {Uint8Array} id of the collection @param {Uint8Array} local */
export const deriveItem = async (id, local) => (await sha256(concat([utf8('glimpse item'), id, local]))).slice(0, 16)
