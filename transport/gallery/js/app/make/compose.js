// Makes the collection of what an author has put together.
import { previewsOf } from '../../lib/edition.js'
import { Key } from '../../lib/key.js'
import { levelOf, withdrawn } from '../../lib/label.js'
import { make } from '../../lib/make.js'

/** @typedef {import('../../lib/collection.js').Collection} Collection */
/** @typedef {import('./items.js').Item} Item */
/** @typedef {import('./people.js').Person} Person */
/** @typedef {import('../me.js').Me} Me */

/** @param {Me} self @param {string} title @param {Item[]} items @param {Person[]} people @returns {Promise<{id: Uint8Array, draft: import('./drafts.js').Draft}>} */
export async function newDraft(self, title, items, people) {
  const c = make({ ...await headOf(self, title, people), ...columnsOf(items) })
  return { id: c.fixed.id, draft: draftOf(c, items, people) }
}

/**
 * The draft of a successor: who has an album, and what is in it, changes in another one that takes
 * its place. Items that stay keep ids and digests, and nothing of them is uploaded again; what was
 * withdrawn is withdrawn there, too.
 * @param {Me} self @param {Collection} was @param {string} title @param {Item[]} added @param {Person[]} people
 */
export async function successorDraft(self, was, title, added, people) {
  const items = [...kept(was), ...added.map((item) => ({ item }))]
  const columns = columnsOf(added), n = was.length
  const captions = new Map([...was.captions, ...[...columns.captions].map(([i, text]) => /** @type {const} */ ([n + i, text]))])
  const previews = previewsOf(was.edition)
  const { kind, ladder, subs, id } = was.fixed
  const c = make({
    ...await headOf(self, title, people), kind, ladder, subs, replaces: id, captions, metadata: was.edition.metadata, hints: was.edition.hints,
    items: items.map((it) => 'item' in it ? it.item.id : it.id),
    types: [...items.slice(0, n).map((_, i) => was.mediaType(i)), ...columns.types],
    digests: [...items.slice(0, n).map((_, i) => ladder.map((_, v) => was.digest(i, v) ?? undefined)), ...columns.digests],
    previews: [...items.slice(0, n).map((_, i) => previews.get(i)), ...columns.previews],
  })
  const draft = draftOf(c, added, people)
  draft.versions.unshift(...Array.from({ length: n }, () => []))
  const gone = Array.from({ length: n }, (_, i) => i).filter((i) => levelOf(was.ranks[i]) === withdrawn)
  return { id: c.fixed.id, draft: { ...draft, withdrawn: gone, replaces: [id] } }
}

/** @param {Collection} was */
const kept = (was) => Array.from({ length: was.length }, (_, i) => ({ id: was.id(i) }))

/** @param {Me} self @param {string} title @param {Person[]} people */
async function headOf({ user, authority }, title, people) {
  const users = people.flatMap((p) => p.user ?? [])
  return {
    author: user, title, created: Date.now(), authority: (await Key.parse(authority)).id,
    recipients: users, completers: people.flatMap((p) => p.completes && p.user || []),
  }
}

/** @param {Item[]} items */
const columnsOf = (items) => ({
  items: items.map((item) => item.id), types: items.map(({ made }) => made?.type ?? ''),
  captions: new Map(items.map((item, i) => /** @type {const} */ ([i, item.caption.trim()]))),
  digests: items.map(({ made }) => made?.digests ?? []), previews: items.map(({ made }) => made?.preview),
})

/** @param {Collection} c @param {Item[]} items @param {Person[]} people @returns {import('./drafts.js').Draft} */
const draftOf = (c, items, people) => ({
  collection: c.encode(), versions: items.map(({ made }) => made?.versions ?? []), begun: false, withdrawn: [], replaces: [],
  to: people.flatMap((p) => p.address ?? []),
})
