// Package gallery shows collections in the browser: albums of photos, films and documents, as
// soon as they are shared, and what is not there yet as such. A [Gallery] is one http.Handler
// over a hub or a home, with all that it serves built in.
//
//	GET  /                        albums, for who is signed in; else the way in, also by invitation (/#.secret)
//	GET  /album/{author}/{id}     an album, with its previews
//	GET  /new                     a new album
//	GET  /join#.secret            a browser becomes a station
//	GET  /keys                    who vouches, and the keys, to be compared
//	GET  /settings                this browser, passkeys, and where news goes
//	GET  /link#token              what a letter opens, for guests
//	POST /session                 signs in
//	     /v1/…                    the station's own routes (package httplink), for who is signed in, too
//	GET  /assets/…                scripts, styles and pictures, named by their content
//
// # Who is signed in
//
// A browser is a station: it has a key of its own, which WebCrypto does not let out, and was
// enrolled (package enrol). It signs in by a seal over a challenge, and from then on by a cookie
// that no script reads and no other site has sent. Who has a passkey signs in with it, to look,
// in browsers that are no stations. A server that knows its users in another way calls
// [Gallery.SignIn].
//
// # What pages may do
//
// Scripts come from the gallery alone, nothing is inline, and no text is ever taken for HTML
// (Content Security Policy Level 3, Trusted Types). Nothing is asked of others than the gallery
// and the homes that serve originals.
package gallery
