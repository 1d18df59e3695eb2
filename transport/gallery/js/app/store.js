// What the browser keeps: a small database, in which every store is of keys and values.

/** The stores: the station's key and account, pinned keys, wishes, and collections that were seen. */
const stores = ['station', 'pins', 'wishes', 'seen', 'drafts']

/** @type {Promise<IDBDatabase>|undefined} */
let opened

/** @returns {Promise<IDBDatabase>} */
const open = () => opened ??= new Promise((resolve, reject) => {
  const request = indexedDB.open('glimpse', 1)
  request.onupgradeneeded = () => { for (const name of stores) request.result.createObjectStore(name) }
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})

/** @template T @param {string} store @param {IDBTransactionMode} mode @param {(s: IDBObjectStore) => IDBRequest<T>} act @returns {Promise<T>} */
async function run(store, mode, act) {
  const t = (await open()).transaction(store, mode, { durability: 'strict' })
  const request = act(t.objectStore(store))
  return new Promise((resolve, reject) => {
    t.oncomplete = () => resolve(request.result)
    t.onabort = t.onerror = () => reject(t.error)
  })
}

/** @param {string} store @param {string} key @returns {Promise<any>} undefined if there is none */
export const read = (store, key) => run(store, 'readonly', (s) => s.get(key))
/** @param {string} store @returns {Promise<string[]>} */
export const keys = async (store) => (await run(store, 'readonly', (s) => s.getAllKeys())).map(String)
/** @param {string} store @param {string} key @param {any} value */
export const write = (store, key, value) => run(store, 'readwrite', (s) => s.put(value, key))
/**
 * Keeps a value unless there is one already, and returns the one that is kept.
 * @param {string} store @param {string} key @param {any} value
 */
export async function keep(store, key, value) {
  await run(store, 'readwrite', (s) => {
    const there = s.getKey(key)
    there.onsuccess = () => { if (there.result === undefined) s.put(value, key) }
    return there
  })
  return read(store, key)
}
/** @param {string} store @param {string} key */
export const remove = (store, key) => run(store, 'readwrite', (s) => s.delete(key))
/** Removes all that a store has. @param {string} store */
export const clear = (store) => run(store, 'readwrite', (s) => s.clear())
