// Makes of one file after the other what an album shares of it.
import { digestOf } from '../../lib/digest.js'
import { digestOfFile } from './digest.js'
import { takenOf } from './exif.js'
import { isFilm, isPicture, typeOf } from './kind.js'
import { iconsOf, picturesOf } from './picture.js'

/**
 * What is made of a file. A picture or film that the browser cannot read has no versions and no
 * preview: the home computer makes them.
 * @typedef {{type: string, taken: number, versions: Blob[], preview?: Uint8Array, width: number,
 *   height: number, digests: (Uint8Array|undefined)[]}} Made
 */

/** @typedef {{file: File, frame?: ImageBitmap|null, digest?: boolean}} Job the frame is that of a film; the digest alone is made where it is wanted */

/** Files with more bytes are shared before their digests are made. */
const large = 2 ** 26

/** @param {MessageEvent<Job>} e */
onmessage = async ({ data: { file, frame, digest } }) => {
  try {
    postMessage({ made: digest ? await whole(file) : await make(file, frame) })
  } catch (err) {
    postMessage({ failed: String(err) })
  }
}

/** @param {File} file @param {ImageBitmap|null} [frame] @returns {Promise<Made>} */
async function make(file, frame) {
  const head = new Uint8Array(await file.slice(0, 131072).arrayBuffer())
  const type = typeOf(head, file.type)
  const pictures = await shown(file, type, frame)
  const small = await Promise.all(pictures.versions.map(async (v) => digestOf(new Uint8Array(await v.arrayBuffer()))))
  if (!small.length) small.length = 2
  return { ...pictures, type, taken: takenOf(head) || onTheWall(file.lastModified), digests: [...small, file.size > large ? undefined : await whole(file)] }
}

/** @param {File} file */
const whole = (file) => digestOfFile(file, (read) => postMessage({ read }))

/** A moment as the clock on the wall shows it here, as if it were UTC. @param {number} at milliseconds */
const onTheWall = (at) => at - 60_000 * new Date(at).getTimezoneOffset()

/** @param {File} file @param {string} type @param {ImageBitmap|null} [frame] @returns {Promise<Omit<Made, 'type'|'taken'|'digests'>>} */
async function shown(file, type, frame) {
  if (!isPicture(type) && !isFilm(type)) return iconsOf(file.name, type)
  const picture = frame ?? await (isPicture(type) && createImageBitmap(file, { imageOrientation: 'from-image' }).catch(unreadable))
  if (!picture) return { versions: [], width: 0, height: 0 }
  try {
    return await picturesOf(picture)
  } finally {
    picture.close()
  }
}

/** A picture that cannot be decoded is no failure; a file that cannot be read any more is one. @param {unknown} err */
function unreadable(err) {
  if (err instanceof DOMException && err.name === 'InvalidStateError') return null
  throw err
}
