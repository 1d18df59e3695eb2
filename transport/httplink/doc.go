// Package httplink carries the exchange over HTTP with net/http: [Client] is
// the one side, [HubHandler] and [PeerHandler] the other.
//
//	POST  /v1/share                                           share a collection
//	POST  /v1/push?share=                                     share a collection, and its smallest versions behind it
//	POST  /v1/upload/{author}/{id}                            missing versions in one stream, and the seal
//	POST  /v1/uploads/{author}/{id}/{item}/{version}          one version is to come
//	HEAD  /v1/uploads/{author}/{id}/{item}/{version}          how much of it is there
//	PATCH /v1/uploads/{author}/{id}/{item}/{version}          the rest of it
//	GET   /v1/versions/{author}/{id}/{item}/{version}         a partial version
//	POST  /v1/versions/{author}/{id}/{version}                a partial version of all items, each as it comes
//	POST  /v1/announce                                        complete versions are served from now on
//	GET   /v1/collections/{author}/{id}                       a collection
//	POST  /v1/collections                                     what the caller lacks of many, each as it is read
//	GET   /v1/updates/{author}/{id}                           what changes of a collection
//	POST  /v1/feed                                            changes request, for what the caller's feed has then; waits itself
//	GET   /v1/feed                                            the caller's feed, as server-sent events
//	POST  /v1/deliveries                                      a notification, to the station of its recipient
//	POST  /v1/verify                                          who sealed a statement
//	POST  /v1/ids                                             new ids for a collection and its items
//	POST  /v1/keys                                            of whom keys were stopped, and statements on some users' keys
//	POST  /v1/roster                                          the roster of the caller's user, for the latest
//	GET   /v1/settings                                        the user's address book and settings, for a device
//	POST  /v1/enrol/commitment                                a station is to join: for the offer (package enrol)
//	POST  /v1/enrol/opening                                   what it has committed to
//	POST  /v1/enrol/admission                                 its request, for what people decide; waits itself
//	GET   /v1/links/{token}                                   title and cover, for who has the token of a letter
//	GET   /v1/links/{token}/{item}/{version}                  a partial version, likewise; item is a place
//	GET   /v1/originals/{author}/{id}/{item}?offset=&length=  a complete version, as a range with proof
//	GET   /v1/originals/{author}/{id}?items=                  those of many items, a transport.Bits in URL-safe base64
//
// Ids are hexadecimal. Bodies are the messages of package transport; a refusal
// is a transport.Fault, with the status that fits it best. Programs that are no stations say
// what they accept: who asks for JSON reads collections with their keys, updates, settings and
// glimpses in it, and whoever says anything but CBOR is refused by a problem of RFC 9457, with
// the name of the error. openapi.json describes the routes for such programs.
//
// An original comes with its size in the header Glimpse-Size. News behind which versions
// follow, as the request asks, is a message and a stream; the header says how long the message
// is. A push has two parts: the message of a share, whose length in bytes the query says, and a
// stream as uploads have it. The answer to a stream may come before its end: the rest need not
// be sent.
//
// # Reading
//
// What a GET reads, originals and events aside, has an entity tag: of a version it stands for the digest
// that the author has sealed, of all else for the bytes that are sent. With If-None-Match who
// has it already is sent nothing (RFC 9110 §13), if it may still be read; with Range comes a
// part (§14), and all of it where several parts are asked for; HEAD returns the header alone.
//
// No route takes a query, or a part of one, that it does not have.
//
// # Events
//
// A GET of the feed is answered by server-sent events (WHATWG HTML, section 9.2), for programs
// that are no stations: an event for each entry, with what is known of the collection where it
// is small, as JSON. Its id is the cursor behind the entry: who sends it as Last-Event-ID goes
// on there, as such programs do by themselves, and misses and repeats nothing. Without one, or
// with that of another feed, all comes from the beginning. A comment comes each time that the
// station has waited for news in vain. It counts as one request that waits
// ([transport.Wait]). The stream ends when the station stops, and in the place of the next
// event or comment where the caller would not be let in any more: its token is revoked, or, at
// a peer, its request was sealed five minutes ago.
//
// # Uploading one version
//
// The routes of uploads speak tus 1.0 (https://tus.io/protocols/resumable-upload), with its
// extension creation, so that any client of tus brings a version to a hub that was asked for
// it: the endpoint is the version's own URL there, the credential a token in the header, as
// below. Nothing is kept of an upload but the bytes: its length goes along in the URL that the
// POST returns, and who knows how far it got need begin with neither POST nor HEAD. Bytes that
// are there already are passed over. An upload may end with a refusal where its bytes are not
// those that the author has sealed; where a HEAD is refused, the header Glimpse-Fault has the
// fault, in URL-safe base64. A peer, whose callers seal what they ask, serves none of it.
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
// The audience is the key of the station that is called; the path begins with /v1, whatever
// stands before that in the station's URL; the time is in seconds
// since 1970; the body stands for its SHA-256. A GET or HEAD has no body, and the nonce 0;
// all others have a random number of 64 bits. The key statement, sealed by an
// authority that the called station trusts, tells it the caller's key; empty if it
// knows it.
//
// So nobody on the way can put in another path or message, no station can pass a
// request on to another one, and the time may be five minutes off. Until
// then a station remembers what it has taken that changes something, and takes it
// once. It remembers 32768 requests. If more than that come in ten minutes, it forgets
// the older half of those by the user who has sent most, and takes nothing of that user
// any more that was sealed no later: the user seals such a request anew, and nobody
// can have a request of somebody else refused, or taken again. Where so many users call
// in ten minutes, those who come then are refused. All authorities count as one user.
// A message counts as taken when all of it has come.
//
// Uploads and versions that are put, which are sent as they are read, have an
// empty body in the seal. Who sees such a request, and is faster, can put in
// another stream; but a station stores only versions whose digests are sealed, at
// their offsets, and takes only the author's own seal over what it knows already:
// at worst the upload is refused, and comes again. In a push the seal has the
// SHA-256 of the share, which is checked before it is read, and whose length
// stands in the path and query: nobody changes what is offered, where its sender
// serves or whom it tells. The stream behind it is as open as an upload.
//
// A GET, or a HEAD, is good for the five minutes, as often as it comes, and for any range: no
// seal covers the header. A station that starts
// anew has forgotten what it has taken: there, a request can do once more what it did.
// Answers are not sealed. Nothing of this hides anything: for that, and against who is on
// the way to both, serve over TLS.
//
// Who is to join is not known yet, and shows at most an invitation, as a token
// ([HandlerOptions].Enrol). The messages of package enrol stand in byte strings, but for the
// commitment, which is one.
//
// # Pages of other origins
//
// Pages of any origin may call a station, and read its answers (CORS, in the Fetch standard), also
// one in the network at home (Private Network Access). They must show a seal or a token, as all
// others do: an answer to a request with cookies is closed to them, and no handler here knows any.
// What a browser asks first (a preflight) is answered before anybody is asked who calls, and is no
// call. So a page learns at most that a station is there, as whoever reaches it does.
//
// A page that came by HTTPS reaches https with a certificate that its browser takes, and
// http://localhost and http://127.0.0.1. It does not reach a station with a certificate of its own
// key, nor http elsewhere (Mixed Content): that station needs a URL for browsers, as below, or
// shows its own pages.
//
// # Behind a proxy
//
// A station may be served below a path: its URL, and the base of its clients, end with that.
// The handlers serve what follows, from /v1 on, so a proxy takes the path away, or, if it
// does not, http.StripPrefix does. No seal covers that path: the audience says which station is
// called, and there is one at whatever path. The proxy passes bodies and answers on as they
// come, and waits at least a minute for an answer, which may wait for news; it neither packs
// nor redirects. Where it ends TLS, the station's endpoint lists its URL as one for browsers,
// and it is trusted as the last section says.
//
// The handlers lift the ReadTimeout and WriteTimeout of the http.Server, which would end
// requests that wait for news, and long versions; [HandlerOptions].MaxStall stands in their
// place. ReadHeaderTimeout and IdleTimeout are yours to set: a few seconds, and a minute or two.
//
// # Which station answers
//
// Stations prove who they are by TLS 1.3 with a certificate of their own key ([ServerTLS]),
// and whoever dials one requires it ([NewTransport], [Dialer]), as Syncthing and libp2p do:
// names and authorities play no part. The key stands in an endpoint (collection.Endpoint)
// that the station itself has sealed, so nobody relays, redirects or reads on the way, the
// hub included. An endpoint may list URLs for browsers: there, a certificate by a public
// authority for the host does as well. Then whoever gets such a certificate can read what
// passes, and pass it on to the station; what the requests ask for, and what bytes come, it
// can still not change.
package httplink
