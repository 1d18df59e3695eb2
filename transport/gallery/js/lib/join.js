// Joins what others say, and two copies of one collection: in any order the result is the same.
import { compare, same } from './bytes.js'
import { most } from './collection.js'
import { previewsOf } from './edition.js'
import { GlimpseError } from './errors.js'
import { byKey, byUser, byUserAndKey, laterSeal, mayStand, saysAnything } from './said.js'
import { carried } from './words.js'

/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {import('./said.js').Resolution} Resolution */

/**
 * Joins an update that travelled alone; its seal is not looked at. Throws ErrOtherCollection,
 * ErrOtherKind, ErrRank or ErrNotAuthorised.
 * @param {Collection} c @param {import('./said.js').UpdateDocument} document @returns {Promise<Collection>}
 */
export async function apply(c, { identity, n, kind, update }) {
  if (!same(identity, await c.identity()) || n !== c.length) throw new GlimpseError('ErrOtherCollection')
  if (kind !== c.fixed.kind) throw new GlimpseError('ErrOtherKind')
  mayStand(c.fixed, update)
  return saysAnything(update.labels) ? c.with({ updates: carried([...c.parts.updates, update]) }) : c
}

/**
 * Joins all that two copies of one collection carry. Throws ErrOtherCollection, ErrDigestChanged
 * or ErrPreviewChanged.
 * @param {Collection} c @param {Collection} d @returns {Promise<Collection>}
 */
export async function merge(c, d) {
  if (!same(await c.identity(), await d.identity())) throw new GlimpseError('ErrOtherCollection')
  const p = c.parts, o = d.parts
  return c.with({
    ...await mergeEditions(c, d),
    updates: carried([...p.updates, ...o.updates]),
    resolved: ofEachAddress(union(p.resolved, o.resolved, byUser), most.resolved),
    accepted: ofEachAddress(union(p.accepted, o.accepted, byUserAndKey), most.accepted),
    ends: union(p.ends, o.ends, byKey).slice(0, most.ends),
  })
}

/** @param {Collection} c @param {Collection} d @returns {Promise<Partial<import('./collection.js').Parts>>} */
async function mergeEditions(c, d) {
  const p = c.parts, o = d.parts
  if (same(p.editionBytes, o.editionBytes)) {
    return { authorSeal: later(p.authorSeal, o.authorSeal), authoritySeal: later(p.authoritySeal, o.authoritySeal) }
  }
  contradict(c, d)
  const [a, b] = [p.edition.number, o.edition.number]
  const other = b > a || b === a && compare(await d.editionDigest(), await c.editionDigest()) > 0
  const { edition, editionBytes, authorSeal, authoritySeal } = other ? o : p
  return { edition, editionBytes, authorSeal, authoritySeal }
}

/** @typedef {import('./said.js').Seal|null} Seal */

/** @param {Seal} a @param {Seal} b @returns {Seal} */
const later = (a, b) => a && b ? laterSeal(a, b) : a ?? b

/** Refuses two editions of which one changes what the other says for good. @param {Collection} c @param {Collection} d */
function contradict(c, d) {
  for (let v = 0; v < Math.min(c.edition.digests.length, d.edition.digests.length); v++) {
    for (let i = 0; i < c.length; i++) {
      const [a, b] = [c.digest(i, v), d.digest(i, v)]
      if (a && b && !same(a, b)) throw new GlimpseError('ErrDigestChanged', undefined, 'item ' + i)
    }
  }
  const others = previewsOf(d.edition)
  for (const [i, a] of previewsOf(c.edition)) {
    const b = others.get(i)
    if (a.length && b?.length && !same(a, b)) throw new GlimpseError('ErrPreviewChanged', undefined, 'item ' + i)
  }
}

/**
 * Both lists in order; of what is in both, that with the later seal.
 * @template {{seal: import('./said.js').Seal}} T
 * @param {T[]} a @param {T[]} b @param {(a: T, b: T) => number} order @returns {T[]}
 */
function union(a, b, order) {
  /** @type {T[]} */
  const all = []
  for (const one of [...a, ...b].sort(order)) {
    const last = all[all.length - 1]
    if (!last || order(last, one) !== 0) all.push(one)
    else if (laterSeal(last.seal, one.seal) === one.seal) all[all.length - 1] = one
  }
  return all
}

/** The first so many of each address. @param {Resolution[]} list @param {number} most */
function ofEachAddress(list, most) {
  /** @type {Resolution[]} */
  const kept = []
  for (const r of list) {
    const before = kept[kept.length - most]
    if (!before || !same(before.address, r.address)) kept.push(r)
  }
  return kept
}
