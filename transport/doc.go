// Package transport holds the messages of the exchange and the small
// interfaces that its parties put between one another: what a station, a hub,
// a store, a directory must do. It moves no bytes itself. The roles are in
// packages hub, peer and device, the link over HTTP in httplink, the places to keep
// things in memstore and filestore, and the suites that every adapter must pass in
// transporttest.
//
// # Roles and links
//
// The roles know no link. A link, such as httplink, reaches a hub as a [Hub] and
// a peer as a [Home], each for one caller, and serves what a role is to all of
// them: a [HubServer] or a [PeerServer]. Stations are given a [Dialer] for those
// who serve originals.
//
// A link asks the station's [Admission] who may do something now, before it reads a body.
//
// # One share rule
//
// Every share, from a device or a peer, to a hub or over a local link, is one
// [Share] message: the collection, which versions of its items the sender
// serves now and which it can upload. The [Answer] carries what both now agree
// on, the versions that are missing, and what comes next. The missing versions
// go in one [UploadWriter] stream, which can also carry the author's seal. A
// device that shares something new pushes: the message, and behind it the
// smallest versions, which are all that a hub asks it for.
//
// # Wire form
//
// Messages are CBOR maps with small integer keys in the core deterministic
// encoding (RFC 8949 §4.2.1), read strictly: a repeated or unknown key, an
// indefinite length, a nesting or a size beyond the limits refuses the whole
// message. They hold columns, not rows: ids come with the collection, sets of
// items are bit maps, sizes are packed. The file transport.cddl is normative.
//
// # Ownership and concurrency
//
// Messages are plain values; who receives one owns it. Every interface of this
// package is implemented safe for concurrent use. A method that takes an
// io.Reader has read all it needs when it returns; a reader that a method
// returns must be closed by the caller.
//
// # Errors
//
// All errors that cross a link wrap one of the sentinels of this package, on
// both of its sides: see [Err] and [Fault]. A call whose context is over does
// nothing and returns the context's error; where only the other side has noticed,
// an error that wraps none of the sentinels but [Err].
package transport
