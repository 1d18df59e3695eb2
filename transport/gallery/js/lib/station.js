// The key of a station in a browser: WebCrypto makes it and never hands it out.
import { Key, Signer } from './key.js'

/** Makes a key: Ed25519, or P-256 where the browser knows no better. @returns {Promise<Signer>} */
export async function newSigner() {
  try {
    return await Signer.generate('Ed25519')
  } catch (err) {
    if (!(err instanceof DOMException)) throw err
    return Signer.generate('ES256')
  }
}

/**
 * The key of a name that is kept in this browser for the page's origin, made at the first call.
 * It is as good as lost with the browser's data. Throws what IndexedDB does.
 * @param {string} [name] @returns {Promise<Signer>}
 */
export async function keptSigner(name = 'station') {
  const db = await done(opened())
  try {
    const fresh = await newSigner()
    const keys = db.transaction('keys', 'readwrite').objectStore('keys')
    const kept = await done(keys.get(name)) // in one transaction: another tab may make one, too
    if (!kept) await done(keys.put({ public: fresh.key.key, secret: fresh.secret }, name))
    return kept ? new Signer(await Key.from(kept.public), kept.secret) : fresh
  } finally {
    db.close()
  }
}

function opened() {
  const request = indexedDB.open('glimpse', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('keys')
  return request
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})
