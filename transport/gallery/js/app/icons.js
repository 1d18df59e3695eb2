// Pictures of one colour, that of the text.

/** By name, what is drawn on a field of 24 by 24. */
const paths = {
  pending: 'M12 3v10m-4-4 4 4 4-4M5 20h14M4 4l16 16',
  withdrawn: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M6 6l12 12',
  forbidden: 'M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5zM12 15v2',
  unreachable: 'M9 15l6-6M11 6l2-2a4 4 0 0 1 6 6l-2 2M13 18l-2 2a4 4 0 0 1-6-6l2-2M4 3l16 18',
  unverified: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM12 8v5M12 16v.5',
  wished: 'M12 20C5 15 3 11 4.500 7.500 6 4.500 10 4.500 12 8c2-3.500 6-3.500 7.500-.500C21 11 19 15 12 20z',
  film: 'M8 5v14l11-7z',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  close: 'M5 5l14 14M19 5L5 19',
  left: 'M15 4l-8 8 8 8',
  right: 'M9 4l8 8-8 8',
  in: 'M12 5v14M5 12h14',
  out: 'M5 12h14',
}

/** An icon, which those who listen do not hear of. @param {keyof typeof paths} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('class', 'icon ' + name)
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', paths[name])
  svg.append(path)
  return svg
}
