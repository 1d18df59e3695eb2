// Scripts that pages start themselves, such as workers: the gallery's own and no others.

/** The one policy that the server's Content Security Policy lets pages make. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('glimpse', { createScriptURL: own })

/** Refuses what is not one of the gallery's assets. @param {string} url */
function own(url) {
  const { origin, pathname } = new URL(url, location.href)
  if (origin !== location.origin || !/^\/assets\/[\w.-]+$|^\/sw\.js$/.test(pathname)) throw new TypeError('no script of the gallery')
  return pathname
}

/** The address of a script, for a Worker or a service worker. @param {string} url @returns {string} */
export const scriptURL = (url) => policy ? policy.createScriptURL(url) : own(url)
