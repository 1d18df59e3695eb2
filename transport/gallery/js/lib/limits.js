/**
 * Limits bound what is decoded; see "Limits" in collection.cddl. What is left out has the default.
 * @typedef {object} Limits
 * @property {number} size bytes of the whole encoding
 * @property {number} items
 * @property {number} recipients recipients, and as many addresses and completers
 * @property {number} subs sub-collections
 * @property {number} title bytes
 * @property {number} caption bytes of one caption, or of one value of the metadata
 * @property {number} text bytes of all captions
 * @property {number} types different media types
 * @property {number} metadata entries
 * @property {number} seal bytes of one seal
 */

/** The most items there can be. */
export const mostItems = 16777215

/** The greatest length or count where nothing sets a lower one. */
export const mostCount = 2 ** 31 - 1

/** @type {Limits} */
const defaults = {
  size: 2 ** 30, items: mostItems, recipients: 2 ** 20, subs: 2 ** 16, title: 1024, caption: 65536,
  text: 2 ** 28, types: 1024, metadata: 256, seal: 1024,
}

/** @param {Partial<Limits>} [limits] @returns {Limits} */
export function withDefaults(limits) {
  const all = { ...defaults, ...limits }
  all.items = Math.min(all.items, mostItems)
  return all
}
