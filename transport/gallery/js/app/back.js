// Back to the page that somebody has come to see, after signing in there or after joining.

/**
 * Whether what stands behind the # of an address is an invitation: what parseInvitation reads behind
 * that of the station whose page this is, or a whole one of another station.
 * @param {string} hash
 */
export const isInvitation = (hash) => /^#(?:(?:[0-9a-f]{64})?\.|https?:\/\/)/i.test(hash)

/**
 * The page on which a browser joins, from which it comes back to the page that it is on now, but
 * for an invitation in its address, which is used there.
 * @param {string} invitation what begins with a #
 */
export function joinPage(invitation) {
  const { pathname, search, hash } = location
  const here = pathname + (search === '?out' ? '' : search) + (isInvitation(hash) ? '' : hash)
  return '/join' + (here === '/' ? '' : '?' + new URLSearchParams({ to: here })) + invitation
}

/**
 * The whole address of the page to which one goes back, as joinPage has named it; '' = none, or
 * it is no page of this gallery: whoever makes a link could name another site's. Paths are not taken
 * out of it again, since one that begins with two slashes leads to another host.
 */
export function cameFrom() {
  const to = new URLSearchParams(location.search).get('to') ?? ''
  const url = to.startsWith('/') ? URL.parse(to, location.origin) : null
  return url?.origin === location.origin ? url.href : ''
}
