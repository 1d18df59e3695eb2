// The first frame of a film.

/** How long a film may take to show one, in milliseconds. */
const patience = 20000

/** The first frame of a film, or null if the browser cannot show it. @param {File} file @returns {Promise<ImageBitmap|null>} */
export async function firstFrame(file) {
  const video = document.createElement('video')
  const url = URL.createObjectURL(file)
  try {
    Object.assign(video, { muted: true, preload: 'auto', src: url })
    return await loaded(video) ? await createImageBitmap(video) : null
  } catch (err) {
    if (err instanceof DOMException) return null
    throw err
  } finally {
    video.removeAttribute('src')
    video.load()
    URL.revokeObjectURL(url)
  }
}

/** @param {HTMLVideoElement} video @returns {Promise<boolean>} */
const loaded = (video) => new Promise((resolve) => {
  video.onloadeddata = () => resolve(video.videoWidth > 0)
  video.onerror = () => resolve(false)
  setTimeout(resolve, patience, false)
})
