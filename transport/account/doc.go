// Package account keeps what a station has of its own in one file: whose it is, by which key,
// at which hub. A program makes it with [Open], which makes the station's key where it stays;
// has the station enrolled (package enrol), and calls [Account.Join] and [Account.Save] with
// the admission. From then on Open is all that it starts with.
//
// The key is in the file before anything is asked of others, so that an enrolment whose answer
// got lost is repeated as the same station.
//
// # The file
//
// It is text: a PEM block (RFC 7468) "GLIMPSE ACCOUNT" with a deterministic CBOR array, which
// account.cddl describes, and behind it the private key, in whatever form
// signature.MarshalPrivateKey writes it; no key where a secure element has it. Other
// tools read the key as they read others. It has what opens the hub for the station, so only
// its owner may read it (mode 0600), and it is no place for the user key, which seals the
// roster. It is replaced as a whole, or not at all, whatever crashes; never by the account of
// another station, user or hub, and never where what is there cannot be read.
//
// An Account is a value, for one goroutine at a time. One program at a time has the file.
package account
