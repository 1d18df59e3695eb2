/**
 * The refusals of input, by the names at the end of collection.cddl, and those of stations.
 * @typedef {'ErrMalformed'|'ErrTruncated'|'ErrTrailing'|'ErrType'|'ErrNotCanonical'|'ErrOrder'|'ErrUTF8'|
 *   'ErrLength'|'ErrLadder'|'ErrZero'|'ErrLimit'|'ErrRank'|'ErrNotAuthorised'|'ErrDuplicate'|
 *   'ErrOtherCollection'|'ErrOtherKind'|'ErrDigestChanged'|'ErrPreviewChanged'|
 *   'ErrUnsigned'|'ErrUnknownKey'|'ErrBadSeal'|'ErrRevoked'|'ErrExpired'|'ErrKey'|'ErrChanged'|
 *   'ErrDigest'|'Err'|'ErrNotFound'|'ErrUnauthenticated'|'ErrForbidden'|'ErrTooLarge'|'ErrSeal'|'ErrDiffers'|
 *   'ErrOffset'|'ErrNotAsked'|'ErrUnreachable'|'ErrWithdrawn'|'ErrConflict'|'ErrStorage'|'ErrStopped'|'ErrPending'|
 *   'ErrQuota'|'ErrPeerKey'|'ErrStale'|'ErrEnded'} Code
 */

/** @type {Partial<Record<Code, Code>>} */
const families = {
  ErrTruncated: 'ErrMalformed', ErrTrailing: 'ErrMalformed', ErrType: 'ErrMalformed',
  ErrNotCanonical: 'ErrMalformed', ErrOrder: 'ErrNotCanonical', ErrUTF8: 'ErrMalformed',
  ErrLength: 'ErrMalformed', ErrLadder: 'ErrMalformed', ErrZero: 'ErrMalformed',
  ErrDigestChanged: 'ErrNotAuthorised', ErrPreviewChanged: 'ErrNotAuthorised',
  ErrStopped: 'ErrUnreachable',
}

/** GlimpseError is every refusal of this library. */
export class GlimpseError extends Error {
  /**
   * @param {Code} code why
   * @param {number} [offset] where in the input, in bytes
   * @param {string} [what]
   */
  constructor(code, offset, what) {
    super(code + (what ? ': ' + what : '') + (offset === undefined ? '' : ' at byte ' + offset))
    this.code = code
    this.offset = offset
    /** Which item of a collection it is about; -1 = it is not said. */
    this.item = -1
  }

  /**
   * Reports whether this is an error of a name or of its family.
   * @param {Code|string} code
   * @returns {boolean}
   */
  is(code) {
    for (let c = /** @type {Code|undefined} */ (this.code); c; c = families[c]) if (c === code) return true
    return false
  }
}
