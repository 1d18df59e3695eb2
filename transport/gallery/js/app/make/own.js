// An album as its author has sealed it: nothing else is sealed once more.
import { decode } from '../../lib/collection.js'
import { GlimpseError } from '../../lib/errors.js'
import { Key } from '../../lib/key.js'
import { Keyring } from '../../lib/keyring.js'
import { verify } from '../../lib/verify.js'

/**
 * Reads an album of one's own at the hub, and checks every seal. Throws ErrEnded, or what says
 * that it is not the author's.
 * @param {import('../../lib/client.js').Station} hub @param {import('../me.js').Me} self @param {import('../../lib/client.js').Name} name
 */
export async function ownAlbum(hub, self, name) {
  const state = await hub.collection(name)
  const c = decode(state.collection)
  if (state.ends.length || c.ended) throw new GlimpseError('ErrEnded')
  const ring = new Keyring()
  ring.addAuthority(await Key.parse(self.authority))
  if (self.userKey.length) ring.trust(self.user, await Key.parse(self.userKey))
  for (const statement of [self.statement, ...state.keys]) if (statement.length) await ring.load(statement)
  const { collection, report } = await verify(ring, c)
  if (!report.author) throw new GlimpseError('ErrSeal', undefined, 'the author has not sealed it')
  return collection
}
