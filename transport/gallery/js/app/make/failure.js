// What did not work, in words, and what to do.
import { GlimpseError } from '../../lib/errors.js'
import { h } from '../dom.js'
import { say } from '../words.js'

/** @type {Partial<Record<import('../../lib/errors.js').Code, string>>} */
const keys = {
  ErrUnreachable: 'offline', ErrStopped: 'offline', ErrUnauthenticated: 'signin', ErrSeal: 'key', ErrForbidden: 'key', ErrRevoked: 'key',
  ErrTooLarge: 'large', ErrLimit: 'large', ErrDiffers: 'differs', ErrChanged: 'differs', ErrEnded: 'ended', ErrConflict: 'conflict', ErrStorage: 'hub',
}

/** Says why something failed. @param {unknown} err */
export function explain(err) {
  if (err instanceof GlimpseError && err.code === 'ErrQuota') {
    const { about = '', limit = 0, used = 0 } = /** @type {any} */ (err).fault ?? {}
    return say('author.failed.quota', { about, limit, used })
  }
  const key = err instanceof GlimpseError ? keys[err.code] : undefined
  return key ? say('author.failed.' + key) : say('author.failed.other', { why: err instanceof Error ? err.message : String(err) })
}

/** The same as an alert, with a button to try again. @param {unknown} err @param {() => void} [again] */
export const problem = (err, again) => h('div', { class: 'problem', role: 'alert' }, h('p', {}, explain(err)),
  again && h('button', { type: 'button', onclick: again }, say('author.again')))
