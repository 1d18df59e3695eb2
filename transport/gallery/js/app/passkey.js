// Passkeys (Web Authentication Level 3): the server says what is asked of the browser.

/** @param {string} path @param {any} [body] @returns {Promise<Response>} */
const post = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? null) })

/** @param {Response} r */
async function begun(r) {
  if (!r.ok) throw new Error('passkey: ' + r.status)
  return r.json()
}

/** Signs in with a passkey that the user chooses. Returns whether the server took it; throws if the user chose none. */
export async function assertPasskey() {
  const { ceremony, options } = await begun(await post('/passkey/signin'))
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey)
  const credential = await navigator.credentials.get({ publicKey })
  return (await post('/passkey/signin/' + ceremony, credential)).ok
}

/** Makes a passkey for who is signed in. Likewise. @param {string} name what it is called */
export async function createPasskey(name) {
  const { ceremony, options } = await begun(await post('/passkey/create'))
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey)
  const credential = await navigator.credentials.create({ publicKey })
  return (await post('/passkey/create/' + ceremony + '?' + new URLSearchParams({ name }), credential)).ok
}
