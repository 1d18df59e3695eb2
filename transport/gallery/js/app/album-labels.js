// Labels in words: what is not there, why, what lifts it, and who is expected to bring it.
import { includes, same } from '../lib/bytes.js'
import { readDays } from './days.js'
import { day, say } from './words.js'

/** @typedef {import('./album-data.js').Album} Album */
/** @typedef {import('./album-data.js').Standing} Standing */

/** The standings that show an icon. @type {Standing[]} */
export const marked = ['pending', 'withdrawn', 'forbidden', 'unreachable', 'unverified']

/** What kind of thing an item is. @param {string} type its media type @returns {'photo'|'film'|'document'} */
export function sortOf(type) {
  if (type.startsWith('image/') || !type) return 'photo'
  return type.startsWith('video/') ? 'film' : 'document'
}

/** An item's name, for those who see no picture. @param {Album} album @param {number} i */
export function nameOf(album, i) {
  const caption = album.captions?.get(i)
  const place = say('album.of.' + sortOf(album.collection.mediaType(i)), { i: i + 1, of: album.collection.length })
  return caption ? `${caption}, ${place}` : place
}

/** The sentences that a label stands for: what, why, what lifts it, who. @param {Album} album @param {number} i @returns {string[]} */
export function sentences(album, i) {
  const standing = album.standing(i)
  if (!marked.includes(standing)) return []
  const all = [say(`label.${standing}.what.${sortOf(album.collection.mediaType(i))}`)]
  const missing = album.missing.get(i)
  if (standing === 'unreachable' && missing?.kind && missing.kind !== 'nobody') return [...all, missing.message]
  if (standing !== 'pending') return [...all, say(`label.${standing}.why`), ...unlessEmpty(say(`label.${standing}.lift`))]
  const refusal = album.refusal(i, 'print')
  return [...all, say('label.pending.why'), say(refusal?.lift.rank ? 'label.pending.lift' : 'label.pending.never'), bringer(album)]
}

/** @param {string} text */
const unlessEmpty = (text) => text ? [text] : []

/** Who is expected to bring the originals. @param {Album} album */
function bringer(album) {
  const { author, completers } = album.collection.fixed
  if (same(album.user, author)) return say('label.by.you')
  if (includes(completers, album.user)) return say('label.by.yourself')
  return say(completers.length ? 'label.by.home' : 'label.by.author')
}

/** In a few words, for a button. @param {Standing} standing */
export const shortly = (standing) => say(`label.${standing}.short`)

/**
 * The days on which items were made, by the first item of each.
 * @param {Album} album @returns {Map<number, string>}
 */
export function daysOf(album) {
  const days = new Map()
  let i = 0
  for (const { day: date, count } of readDays(album.collection.edition.metadata)) {
    const at = Date.parse(date + 'T00:00') // here, as it is written
    days.set(i, Number.isNaN(at) ? say('album.undated') : day(at / 1000))
    i += count
  }
  return days
}

/** The day of an item, or nothing. @param {Map<number, string>} days @param {number} i */
export function dayOf(days, i) {
  let text = ''
  for (const [from, day] of days) if (from <= i) text = day
  return text
}
