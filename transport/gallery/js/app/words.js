// Texts in the page's language: the server puts them into the page.

/** @type {Record<string, string>} */
const texts = JSON.parse(document.getElementById('words')?.textContent ?? '{}')
const rules = new Intl.PluralRules(document.documentElement.lang)

/**
 * A text with what stands at its places, such as say('items', { n: 3 }). Where n is a number,
 * the text is that of its plural category, if there is one.
 * @param {string} key @param {Record<string, string|number>} [values] @returns {string}
 */
export function say(key, values = {}) {
  const { n } = values
  const text = (typeof n === 'number' ? texts[`${key}.${rules.select(n)}`] ?? texts[`${key}.other`] : undefined) ?? texts[key] ?? key
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))
}

const days = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long' })

/** A day, as people write it. @param {number} seconds since 1970 */
export const day = (seconds) => days.format(new Date(1000 * seconds))
