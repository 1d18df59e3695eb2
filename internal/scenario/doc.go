// Package scenario plays scenarios of the exchange: text files that tell a
// story in a few plain commands, each followed by what then happened, as
// documentation of the protocol and as its test.
//
// A file has lines of three kinds. Lines that begin with '#' are prose. Other
// lines at the margin are commands. Indented lines below a command are what it
// came to: the messages, each with the caller on the left; what the users were
// told; and for each station whose state has changed, what it has stored, with
// the labels and rights that follow. Ids are shown by name.
//
// The stations of a file are those of the packages hub, peer and device, with
// their engine, stores and links; only clock, randomness and photos are made up,
// the photos unless [World.Media] says who makes them.
// A file is played twice: with stations that call one another within the process
// ([InProcess]) and over HTTP with files as stores ([OverHTTP]).
//
// # Commands
//
// The world:
//
//	world without hub
//	user USERS
//	camera NAME of USER [without ffmpeg]
//	peer NAME of USER [without screens | address | ffmpeg] [as notifier | artist]
//	hub wants N versions from devices
//	hub forgets VERSION of ITEMS in COLLECTION
//	hub probes [N times]
//	hub posts letters
//	hub shows ADDRESS               what the link in the latest letter opens
//	hub trusts addresses            makes temporary accounts from now on
//	hub expires                     drops what it keeps of what has ended long ago
//	hub revokes NAME                the keys of a station that is lost
//	hub confirms USER               whose temporary account it was
//	hub restarts
//	N hours pass
//	hub | NAME goes offline | online
//	NAME stops | starts             a peer, which goes on from its store
//
// A peer without screens has no renderer, one without address serves nobody, one
// as notifier would rather tell the recipients itself, and one as artist makes versions in
// a way of its own; a station without ffmpeg makes no picture of a video.
//
// A camera; the first four are for peers as well:
//
//	NAME installs ffmpeg
//	NAME takes ITEMS [as video | document] [with VERSIONS]
//	NAME copies ITEM as ITEMS [in VERSIONS]
//	NAME makes COLLECTION ["TITLE"] of ITEMS [for USERS] [OPTIONS]
//	NAME shares COLLECTION with hub | PEER [upto VERSION | telling PEERS]
//	NAME tells PEERS                what they have not heard
//	NAME hands COLLECTION to PEER with N bytes
//	NAME requests ITEMS             ids of them, and of a collection, from the hub
//	NAME learns from PEER           address book and settings
//
// The options of a collection:
//
//	mail ADDRESSES    completers USERS    subs COLLECTIONS    kind KIND
//	cover ITEM        on DEVICE: its title is composed
//	by names: ids are made of the items' names
//	replacing COLLECTIONS
//
// A peer:
//
//	NAME publishes COLLECTION [after N hours]
//	NAME publishes-partial | tells | refreshes | lists COLLECTION
//	NAME wakes                      publishes what is due, and tells who holds it what is new without a hub
//	NAME receives [from PEER]
//	NAME fetches | views | searches | prints | exports | wishes VERSION of ITEMS in COLLECTION
//	NAME shows VERSION of COLLECTION    of all its items, a partial one
//	NAME retries wishes             tries them again
//	NAME reshares ITEMS in COLLECTION as COLLECTION for USERS
//	NAME imports VERSION of ITEMS in COLLECTION from CAMERA [as VERSION]
//	NAME reads ITEMS in COLLECTION from CAMERA    originals, by their names
//	NAME withdraws | takesback | completes ITEMS in COLLECTION
//	NAME recognizes USERS in COLLECTION    whom the hub has named for an address
//	NAME ends COLLECTION
//	NAME titles COLLECTION "TITLE"
//	NAME captions ITEM in COLLECTION "CAPTION"
//	NAME accepts N versions         of what is handed over
//	NAME notes USERS                in the address book
//	NAME trusts PEERS               their keys were compared by hand
//
// Attacks, which ask no rules of the own station:
//
//	NAME alters COLLECTION: items ITEMS | recipients USERS | ladder VERSIONS
//	NAME claims ITEMS in COLLECTION as COLLECTION [for USERS]
//	NAME asks VERSION of ITEMS in COLLECTION [from PEER]
//	NAME announces ITEMS in COLLECTION
//	NAME plants VERSION of ITEMS in COLLECTION    uploads other bytes
package scenario
