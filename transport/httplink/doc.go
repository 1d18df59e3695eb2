// Package httplink carries the exchange over HTTP with net/http: [Client] is
// the one side, [Server] the other.
//
//	POST /v1/share                                            share a collection
//	POST /v1/upload/{author}/{id}                             missing versions in one stream, and the seal
//	PUT  /v1/versions/{author}/{id}/{item}/{version}?offset=  one version, or the rest of it
//	GET  /v1/versions/{author}/{id}/{item}/{version}?offset=  a partial version
//	POST /v1/announce                                         complete versions are served from now on
//	GET  /v1/collections/{author}/{id}                        a collection
//	GET  /v1/updates/{author}/{id}                            what changes of a collection
//	GET  /v1/notifications                                    what waits for the caller; waits itself
//	POST /v1/notifications                                    receipts
//	POST /v1/deliveries                                       a notification, to the station of its recipient
//	POST /v1/verify                                           who sealed a statement
//	POST /v1/ids                                              new ids for a collection and its items
//	GET  /v1/settings                                         the user's address book and settings, for a device
//	GET  /v1/links/{token}                                    title and cover, for who has the token of a letter
//	GET  /v1/links/{token}/{item}/{version}?offset=           a partial version, likewise; item is a place
//	GET  /v1/originals/{author}/{id}/{item}?offset=&length=   a complete version, as a range with proof
//
// Ids are hexadecimal. Bodies are the messages of package transport; a refusal
// is a transport.Fault, with the status that fits it best. Versions come with
// their size in the header Glimpse-Size.
//
// # Who calls
//
// At a hub, a caller shows a token in the header "Authorization: Bearer". At a
// peer, where there are no accounts, it seals its request: "Authorization:
// Glimpse" and, in URL-safe base64 (RFC 4648 §5) without padding, the CBOR array
//
//	[user, time, nonce, body, seal, key statement]
//
// with a seal of the content type application/glimpse.request over the CBOR array
//
//	[method, audience, path and query, time, nonce, body]
//
// The audience is the user of the station that is called; the time is in seconds
// since 1970; the body stands for its SHA-256. A GET has no body, and the nonce 0;
// all others have a random number of 64 bits. The key statement, sealed by an
// authority that the called station trusts, tells it the caller's key; empty if it
// knows it.
//
// So nobody on the way can put in another path or message, no station can pass a
// request on to one of another user, and the time may be five minutes off. Until
// then a station remembers what it has taken that changes something, and takes it
// once: the last 32768 requests at least, if more than that come in ten minutes.
// A message counts as taken when all of it has come.
//
// Uploads and versions that are put, which are sent as they are read, have an
// empty body in the seal. Who sees such a request, and is faster, can put in
// another stream; but a station stores only versions whose digests are sealed, at
// their offsets, and takes only the author's own seal over what it knows already:
// at worst the upload is refused, and comes again.
//
// A GET is good for the five minutes, as often as it comes. A station that starts
// anew has forgotten what it has taken, and two stations of one user do not know
// of each other: there, a request can do once more what it did. Answers are not
// sealed. Nothing of this hides anything: for that, and against who is on the way
// to both, serve over TLS.
package httplink
