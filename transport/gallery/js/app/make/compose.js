// Makes the collection of what an author has put together.
import { same } from '../../lib/bytes.js'
import { Key } from '../../lib/key.js'
import { levelOf, withdrawn } from '../../lib/label.js'
import { make } from '../../lib/make.js'
import { dayAt, dayOfEach, withDays } from '../days.js'

/** @typedef {import('../../lib/collection.js').Collection} Collection */
/** @typedef {import('./items.js').Item} Item */
/** @typedef {import('./people.js').Person} Person */
/** @typedef {import('../me.js').Me} Me */

/** @param {Me} self @param {string} title @param {Item[]} items @param {Person[]} people @returns {Promise<{id: Uint8Array, draft: import('./drafts.js').Draft}>} */
export async function newDraft(self, title, items, people) {
  const c = make({ ...await headOf(self, title, people), ...columnsOf(items), metadata: withDays(new Map(), daysOf(items)) })
  return { id: c.fixed.id, draft: draftOf(c, items, people) }
}

/**
 * What an author wants an album to be. Captions are by places in the album as it is; kept are the
 * places of the items that stay.
 * @typedef {{title: string, captions: Map<number, string>, kept: number[], added: Item[], people: Person[]}} Change
 */

/**
 * The draft of a successor: who has an album, and what is in it, changes in another one that takes
 * its place. Items that stay keep ids and digests, and nothing of them is uploaded again; what was
 * withdrawn is withdrawn there, too.
 * @param {Me} self @param {Collection} was @param {Change} change
 */
export async function successorDraft(self, was, { title, captions, kept, added, people }) {
  const old = keptColumns(was, captions, kept), fresh = columnsOf(added), n = kept.length
  const { kind, ladder, subs, id } = was.fixed
  const c = make({
    ...await headOf(self, title, people), kind, ladder, subs, replaces: id, hints: hintsOf(was, kept),
    metadata: withDays(was.edition.metadata, [...old.days, ...daysOf(added)]),
    items: [...old.items, ...fresh.items], types: [...old.types, ...fresh.types], digests: [...old.digests, ...fresh.digests],
    previews: [...old.previews, ...fresh.previews],
    captions: new Map([...old.captions, ...[...fresh.captions].map(([i, text]) => /** @type {const} */ ([n + i, text]))]),
  })
  const draft = draftOf(c, added, people)
  draft.versions.unshift(...kept.map(() => []))
  const gone = kept.flatMap((i, place) => levelOf(was.ranks[i]) === withdrawn ? [place] : [])
  return { id: c.fixed.id, draft: { ...draft, withdrawn: gone, replaces: [id] } }
}

/** @param {Collection} was @param {Map<number, string>} captions @param {number[]} kept */
function keptColumns(was, captions, kept) {
  const previews = was.previews
  const days = dayOfEach(was.edition.metadata, was.length)
  return {
    items: kept.map((i) => was.id(i)), types: kept.map((i) => was.mediaType(i)), previews: kept.map((i) => previews.get(i)),
    digests: kept.map((i) => was.fixed.ladder.map((_, v) => was.digest(i, v) ?? undefined)),
    days: kept.map((i) => days[i]),
    captions: new Map(kept.map((i, place) => /** @type {const} */ ([place, captions.get(i) ?? '']))),
  }
}

/** The hints, but for what names an item that does not stay. @param {Collection} was @param {number[]} kept */
function hintsOf(was, kept) {
  const stays = (/** @type {Uint8Array|undefined} */ id) => id && kept.some((i) => same(was.id(i), id)) ? id : undefined
  const { cover, background, ...rest } = was.edition.hints
  return { ...rest, cover: stays(cover), background: stays(background) }
}

/** @param {Me} self @param {string} title @param {Person[]} people */
async function headOf({ user, authority }, title, people) {
  const users = people.flatMap((p) => p.user ?? [])
  return {
    author: user, title, created: Date.now(), authority: (await Key.parse(authority)).id,
    recipients: users, completers: people.flatMap((p) => p.completes && p.user || []),
  }
}

/** The days on which they were taken, by the clock of the camera. @param {Item[]} items */
const daysOf = (items) => items.map(({ made }) => dayAt(made?.taken ?? 0))

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
