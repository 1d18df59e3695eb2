// Albums that are on their way to the hub: kept until all that it wants of them has come.
import { hex, unhex } from '../../lib/bytes.js'
import { keys, read, remove, write } from '../store.js'

/**
 * Draft is an album that is shared, or about to be. Versions are by items' places, smallest first;
 * those that are not there are in what it replaces already.
 * @typedef {object} Draft
 * @property {Uint8Array} collection sealed, or without a seal as long as the hub is to fill in whom addresses belong to
 * @property {Blob[][]} versions
 * @property {string[]} to mail addresses
 * @property {boolean} begun whether the hub may know it
 * @property {number[]} withdrawn places of items of which the originals will never come
 * @property {Uint8Array[]} replaces ids of what is ended once it is shared
 */

/** @param {Uint8Array} id @param {Draft} draft */
export const keepDraft = (id, draft) => write('drafts', hex(id), draft)

/** @param {Uint8Array} id */
export const forgetDraft = (id) => remove('drafts', hex(id))

/** Takes note of the mail addresses with which an album was shared, which it has blinded. @param {Uint8Array} id @param {string[]} to */
export const keepNamed = (id, to) => to.length ? write('seen', 'named/' + hex(id), to) : remove('seen', 'named/' + hex(id))

/** Those that are known here; none after signing out. @param {Uint8Array} id @returns {Promise<string[]>} */
export const namedIn = async (id) => await read('seen', 'named/' + hex(id)) ?? []

/** All that are kept. @returns {Promise<{id: Uint8Array, draft: Draft}[]>} */
export const keptDrafts = async () =>
  Promise.all((await keys('drafts')).map(async (key) => ({ id: unhex(key), draft: await read('drafts', key) })))
