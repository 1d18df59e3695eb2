// What seals are made over: see "Seals" in collection.cddl, and signature.cddl.
import { sha256 } from './bytes.js'
import { encode } from './cbor.js'

/** The purposes of seals. */
export const purpose = {
  edition: 'application/glimpse.edition', update: 'application/glimpse.update',
  address: 'application/glimpse.address', acceptance: 'application/glimpse.acceptance',
  end: 'application/glimpse.end', endpoint: 'application/glimpse.endpoint',
  key: 'application/glimpse.key', possession: 'application/glimpse.possession', roster: 'application/glimpse.roster',
}

/** @param {import('./collection.js').Collection} c @param {number} issued */
export const editionStatement = async (c, issued) =>
  encode([await c.identity(), c.edition.number, await c.editionDigest(), issued])

/** @param {Uint8Array} identity @param {Uint8Array} labelBytes @param {Uint8Array} issuer @param {number} issued */
export const updateStatement = async (identity, labelBytes, issuer, issued) =>
  encode([identity, await sha256(labelBytes), issuer, issued])

/** Of a resolution and of an acceptance. @param {Uint8Array} identity @param {Uint8Array} address @param {Uint8Array} user @param {number} issued */
export const addressStatement = (identity, address, user, issued) => encode([identity, address, user, issued])

/** @param {import('./documents.js').End} e */
export const endStatement = (e) => encode([e.author, e.id, e.identity, e.seal.issued])

/** @param {import('./documents.js').Endpoint} e */
export const endpointStatement = (e) => encode([e.user, e.key, e.number, e.urls, e.web])

/** @param {Uint8Array} authority no bytes = none @param {Uint8Array} user */
export const possessionStatement = (authority, user) => encode([authority, user])
