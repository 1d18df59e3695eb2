// Workers that make versions and digests, a few files at a time.
import { scriptURL } from '../trusted.js'
import { firstFrame } from './film.js'
import { isFilm } from './kind.js'

/** @typedef {import('./worker.js').Made} Made */

/** As many as there is memory for: a photo takes some 50 MB while it is made smaller. */
const most = Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1))

/** @typedef {{file: File, digest: boolean, signal: AbortSignal, onProgress: (part: number) => void, resolve: (made: any) => void, reject: (err: unknown) => void}} Waiting */

/** Maker makes of files what albums share of them. */
export class Maker {
  /** @type {Worker[]} */
  #idle = []
  #busy = 0
  /** @type {Waiting[]} */
  #waiting = []

  /** @param {string} url of the worker */
  constructor(url) {
    this.url = url
  }

  /**
   * Makes it of a file, when it is its turn. It throws where the file cannot be read, or the
   * signal's reason.
   * @param {File} file @param {AbortSignal} signal @param {(part: number) => void} onProgress from 0 to 1
   * @returns {Promise<Made>}
   */
  make(file, signal, onProgress) {
    return this.#queue({ file, digest: false, signal, onProgress })
  }

  /** Makes the digest of a file alone, likewise. @param {File} file @param {AbortSignal} signal @param {(part: number) => void} onProgress @returns {Promise<Uint8Array>} */
  digest(file, signal, onProgress) {
    return this.#queue({ file, digest: true, signal, onProgress })
  }

  /** @param {Omit<Waiting, 'resolve'|'reject'>} job @returns {Promise<any>} */
  #queue(job) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...job, resolve, reject })
      void this.#next()
    })
  }

  async #next() {
    const job = this.#busy < most ? this.#waiting.shift() : undefined
    if (!job) return
    this.#busy++
    try {
      job.signal.throwIfAborted()
      job.resolve(await this.#run(job))
    } catch (err) {
      job.reject(err)
    }
    this.#busy--
    void this.#next()
  }

  /** @param {Waiting} job */
  async #run({ file, digest, signal, onProgress }) {
    const frame = !digest && isFilm(file.type) ? await firstFrame(file) : null
    const worker = this.#idle.pop() ?? new Worker(scriptURL(this.url), { type: 'module' })
    try {
      const made = await answer(worker, { file, frame, digest }, signal, (read) => onProgress(read / Math.max(1, file.size)))
      this.#idle.push(worker)
      return made
    } catch (err) {
      worker.terminate() // it may be in the middle of something
      throw err
    }
  }
}

/**
 * @param {Worker} worker @param {import('./worker.js').Job} job @param {AbortSignal} signal
 * @param {(read: number) => void} onRead @returns {Promise<any>}
 */
const answer = (worker, job, signal, onRead) => new Promise((resolve, reject) => {
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  worker.onmessage = ({ data }) => {
    if ('read' in data) return onRead(data.read)
    signal.removeEventListener('abort', stop)
    data.made ? resolve(data.made) : reject(new Error(data.failed))
  }
  worker.onerror = (e) => reject(new Error(e.message))
  worker.postMessage(job, job.frame ? [job.frame] : [])
})
