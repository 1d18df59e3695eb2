// What a file is: by its first bytes, else by what the system says of its name.

/** @type {[number, string, string][]} where, what in Latin-1, media type */
const marks = [
  [0, '\xff\xd8\xff', 'image/jpeg'], [0, '\x89PNG\r\n\x1a\n', 'image/png'], [0, 'GIF8', 'image/gif'], [8, 'WEBP', 'image/webp'],
  [0, 'BM', 'image/bmp'], [0, 'II*\0', 'image/tiff'], [0, 'MM\0*', 'image/tiff'], [0, '%PDF-', 'application/pdf'],
  [4, 'ftypheic', 'image/heic'], [4, 'ftypheix', 'image/heic'], [4, 'ftypmif1', 'image/heif'], [4, 'ftypavif', 'image/avif'],
  [4, 'ftypqt', 'video/quicktime'], [4, 'ftyp', 'video/mp4'], [0, '\x1aE\xdf\xa3', 'video/webm'], [8, 'AVI ', 'video/x-msvideo'],
]

/** The media type of a file. @param {Uint8Array} head its first bytes @param {string} said by the system */
export function typeOf(head, said) {
  const latin = String.fromCharCode(...head.subarray(0, 32))
  const mark = marks.find(([at, text]) => latin.startsWith(text, at))
  if (mark?.[2] === 'video/webm' && said === 'video/x-matroska') return said
  return mark?.[2] ?? (/^[\w.+-]+\/[\w.+-]+$/.test(said) ? said : 'application/octet-stream')
}

/** @param {string} type */
export const isPicture = (type) => type.startsWith('image/')

/** @param {string} type */
export const isFilm = (type) => type.startsWith('video/')

/** What people call the type of a file: four letters at most. @param {string} name @param {string} type */
export function shortName(name, type) {
  const ending = /\.([^.]+)$/.exec(name)?.[1] ?? (type === 'application/octet-stream' ? 'file' : type.replace(/.*[/.-]/, ''))
  return ending.toUpperCase().replace(/[^A-Z0-9]/g, '').slice(0, 4)
}

/** The caption of a file until somebody writes a better one: its name, as text that does no harm. @param {string} name */
export const captionOf = (name) => name.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
