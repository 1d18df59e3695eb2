// Package glimpse is the map of an SDK for label-aware collections.
//
// A light device (camera, phone, drone, sensor) shares a collection of items at
// once by sending thumbnails only. Every item whose complete version is not on
// the network yet carries a label. Recipients see everything immediately, the
// glimpse, and their software, obeying the labels, never searches for, prints or
// re-shares an original that does not exist yet. Later a home computer, or any
// other peer, puts the originals on the network; the labels go, the hub seals
// the collection, and recipients are told a second time and fetch the originals
// from peers.
//
// The packages, from the pure core outwards; each imports only those before it:
//
//   - label: how available an item is, and the rights that follow from it.
//   - collection: header, body, updates and their join, statements, encoding.
//     Beside it, collection/digest: digests of versions, checked as they stream.
//   - signature: seals over bytes, keys, keyrings. It stands apart.
//   - notify: what recipients are told, and how.
//   - transport: the messages of the exchange and the interfaces between its
//     parties; below it the roles transport/hub, transport/peer and
//     transport/device, the stores that they keep things in, and the links that
//     join them, such as transport/httplink.
//   - notify/mail, notify/xmpp and notify/webhook: the channels by which people are
//     told; the first two are modules of their own.
//   - transport/gallery: what people see in their browsers; a module of its own. In
//     transport/gallery/js the formats and the exchange are JavaScript's, written
//     from their definitions.
//   - examples: programs to run and to take apart; a module of its own.
//
// CONTRIBUTING.md leads through what is behind them. This package itself exports
// nothing.
package glimpse
