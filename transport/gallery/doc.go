// Package gallery shows collections in the browser: albums of photos, films and documents, as
// soon as they are shared, and what is not there yet as such. A [Gallery] is one http.Handler
// over a hub or a home, with all that it serves built in.
//
//	GET  /                        albums, for who is signed in; else the way in, also by invitation (/#.secret)
//	GET  /album/{author}/{id}     an album, with its previews
//	GET  /album/{author}/{id}/edit  changes it, for its author
//	POST /replaced                which albums others stand for now, for scripts
//	GET  /new                     a new album
//	GET  /people                  names of users, and who has a name, for authors
//	GET  /join#.secret            a browser becomes a station
//	GET  /keys                    who vouches, and the keys, to be compared
//	GET  /settings                this browser, passkeys, and where news goes
//	GET  /link#token              what a letter opens, for guests
//	     /guest/…                 what a guest sees of it
//	POST /session                 signs a station in, by a sealed request
//	     /v1/…                    the station's own routes (package httplink), for who is signed in, too
//	GET  /assets/…                scripts, styles and pictures, named by their content
//
// # Who is signed in
//
// A browser is a station, a peer that serves nothing: it has a key of its own, which WebCrypto
// does not let out, and was enrolled (package enrol). It signs in by a request that its key seals,
// as stations' requests are (package httplink), and from then on by a cookie that no script reads, and that changes nothing
// where another site has it sent. The session is over when the key is stopped. Who has a passkey
// signs in with it, to look, in browsers that are no stations. A server that knows its users in
// another way calls [Gallery.SignIn].
//
// A gallery is at the root of its host: the addresses of its pages begin with /. Its server says
// whether the host has TLS for good (Strict-Transport-Security).
//
// # Authors
//
// A browser that is a station makes albums as a camera does: of what people pick it makes small
// versions, previews and digests, seals the collection with its own key, and sends thumbnails with
// the share. Originals stay where they are until a camera, a phone or the page itself, where it
// reaches the author's home, brings them there. What the hub has not taken in full is kept in the
// browser and goes on after a reload. A change of texts is another edition, and so are digests of
// large files, for which nobody waits; of what is in an album, or who gets it, a successor that
// replaces it. Withdrawing takes the key of a peer, as a browser is one.
//
// # What pages may do
//
// Scripts and workers come from the gallery alone, nothing is inline, and no text is ever taken for HTML
// (Content Security Policy Level 3, Trusted Types). Nothing is asked of others than the gallery
// and the homes that serve originals.
package gallery
