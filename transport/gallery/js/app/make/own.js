// An album as its author has sealed it: nothing else is sealed once more.
import { decode } from '../../lib/collection.js'
import { GlimpseError } from '../../lib/errors.js'
import { verify } from '../../lib/verify.js'
import { ringOf } from '../ring.js'

/**
 * Reads an album of one's own at the hub, and checks every seal. Throws ErrEnded, or what says
 * that it is not the author's.
 * @param {import('../../lib/client.js').Station} hub @param {import('../../lib/client.js').Name} name
 */
export async function ownAlbum(hub, name) {
  const state = await hub.collection(name)
  const c = decode(state.collection)
  if (state.ends.length || c.ended) throw new GlimpseError('ErrEnded')
  const { ring } = await ringOf(state.keys)
  const { collection, report } = await verify(ring, c)
  if (!report.author) throw new GlimpseError('ErrSeal', undefined, 'the author has not sealed it')
  return collection
}
