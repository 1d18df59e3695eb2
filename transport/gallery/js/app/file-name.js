// By which name and type foreign files are handed out: nothing that a browser or a system runs.

/** Types that browsers show without anything in them being run, and the endings of their files. */
const shown = new Map(Object.entries({
  'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'image/avif': 'avif', 'image/gif': 'gif',
  'video/mp4': 'mp4', 'video/webm': 'webm', 'video/quicktime': 'mov',
}))

/** Whether a page may show a file of a type itself. @param {string} type @param {'image'|'video'} sort */
export const mayShow = (type, sort) => shown.has(type) && type.startsWith(sort + '/')

/** The type of a file, which nobody takes for a page. @param {string} type as its author says */
export const typeOf = (type) => shown.has(type) ? type : 'application/octet-stream'

/**
 * The name of a file: no path, nothing hidden or unseen in it, and an ending that fits.
 * @param {string} title @param {number} number @param {string} type as its author says
 */
export function fileName(title, number, type) {
  const plain = title.replace(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]/gu, ' ').replace(/^[\s.]+/, '').slice(0, 80).trim()
  return `${plain} ${number}`.trim() + '.' + (shown.get(type) ?? 'bin')
}
