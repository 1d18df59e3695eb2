// When a photo was taken: EXIF (CIPA DC-008) in a JPEG.

/**
 * When a JPEG was taken, in milliseconds as if the camera's clock were UTC; 0 if it does not say.
 * @param {Uint8Array} head the first bytes of the file, 128 KB at most
 */
export function takenOf(head) {
  try {
    const exif = exifOf(new DataView(head.buffer, head.byteOffset, head.byteLength))
    return exif ? momentOf(exif) : 0
  } catch (err) {
    if (err instanceof RangeError) return 0 // it breaks off
    throw err
  }
}

/** The TIFF data in the first APP1 segment of EXIF. @param {DataView} d @returns {DataView|null} */
function exifOf(d) {
  if (d.getUint16(0) !== 0xffd8) return null
  for (let at = 2; d.getUint8(at) === 0xff; at += 2 + d.getUint16(at + 2)) {
    const marker = d.getUint8(at + 1)
    if (marker === 0xda) return null // the picture begins
    if (marker === 0xe1 && d.getUint32(at + 4) === 0x45786966) return new DataView(d.buffer, d.byteOffset + at + 10)
  }
  return null
}

const exifFolder = 0x8769, original = 0x9003, changed = 0x132

/** @param {DataView} d */
function momentOf(d) {
  const little = d.getUint16(0) === 0x4949
  const first = folder(d, d.getUint32(4, little), little)
  const at = first.get(exifFolder)
  const place = (at === undefined ? undefined : folder(d, at, little).get(original)) ?? first.get(changed)
  return place === undefined ? 0 : moment(d, place)
}

/** The values of a folder, or where they are, by their tags. @param {DataView} d @param {number} at @param {boolean} little @returns {Map<number, number>} */
function folder(d, at, little) {
  const all = new Map()
  for (let i = 0, n = d.getUint16(at, little); i < n; i++) {
    all.set(d.getUint16(at + 2 + 12 * i, little), d.getUint32(at + 10 + 12 * i, little))
  }
  return all
}

/** Reads "2026:07:01 12:00:00". @param {DataView} d @param {number} at */
function moment(d, at) {
  const text = String.fromCharCode(...Array.from({ length: 19 }, (_, i) => d.getUint8(at + i)))
  const [, y, mo, day, h, mi, s] = (/^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text) ?? []).map(Number)
  return y ? Date.UTC(y, mo - 1, day, h, mi, s) : 0
}
