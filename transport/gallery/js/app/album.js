// The page of an album.
import { decode } from '../lib/collection.js'

const { author, id } = document.body.dataset
const response = await fetch(`/v1/collections/${author}/${id}`, { headers: { accept: 'application/cbor' } })
document.body.dataset.loaded = String((await response.arrayBuffer()).byteLength)
void decode
