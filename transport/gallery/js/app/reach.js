// Which stations a page may call (Mixed Content, section 4.4).

/**
 * Why the page cannot call a URL, '' if it may be able to: 'http' = it came by HTTPS and the URL is
 * plain HTTP elsewhere; 'tls' = the station shows a certificate of its own key, which browsers do
 * not take.
 * @param {string} url @param {'own'|'web'} certificate which one the station has there
 * @param {boolean} [secure] how the page came
 * @returns {''|'http'|'tls'}
 */
export function reach(url, certificate, secure = location.protocol === 'https:') {
  const at = URL.canParse(url) ? new URL(url) : null
  if (at?.protocol === 'https:') return certificate === 'own' ? 'tls' : ''
  if (at?.protocol !== 'http:') return 'http'
  return secure && !isHere(at.hostname) ? 'http' : ''
}

/** Whether a host is this computer, which pages that came by HTTPS may call by plain HTTP. @param {string} host */
const isHere = (host) => host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d+){3}$/.test(host) || host === '[::1]'
