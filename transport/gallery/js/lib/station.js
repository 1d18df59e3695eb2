// The key of a station: WebCrypto makes it and never hands it out.
import { Signer } from './key.js'

/** Makes a key: Ed25519, or P-256 where the browser knows no better. @returns {Promise<Signer>} */
export async function newSigner() {
  try {
    return await Signer.generate('Ed25519')
  } catch (err) {
    if (!(err instanceof DOMException)) throw err
    return Signer.generate('ES256')
  }
}
