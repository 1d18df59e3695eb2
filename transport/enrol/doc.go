// Package enrol makes a new station one of a user's: a camera at the home computer, or the
// first station of a new user at a hub. Private keys are made where they stay, and possession
// is proved; what is sent is public, so nothing here is hidden from who listens.
//
// # With a code
//
// Two stations that do not know one another's keys talk over any link, on which anybody may
// read, change and answer. A person opens an [Attempt] at the one that admits, has the other
// one [Join], and compares a code that both show.
//
//	joining                             admitting
//	   |   commitment                      |   NewAttempt: good for one
//	   | --------------------------------> |
//	   |   offer, with a nonce             |
//	   | <-------------------------------- |
//	   |   opening, that was committed to  |
//	   | --------------------------------> |
//	 Code    a person compares both codes  Wait
//	 Confirm                               Confirm
//	   |   request, with the proof         |
//	   | --------------------------------> |
//	   |   admission                       |   Admit
//	   | <-------------------------------- |
//
// The opening has the key, the role and the name of the station and a nonce; the commitment
// is a hash of it. The [Offer] has the user, the user key, the hub and its authority, where
// the user's stations serve, and a nonce. The code is six digits of a hash over all three.
// After a yes on both sides, and not before, the station proves to that user that it has its
// key, and the user key seals the roster that lists it: the [Admission].
//
// This is the comparison of short authenticated strings, as in ZRTP (RFC 6189, section 4.4),
// Bluetooth (Secure Simple Pairing, numeric comparison) and Vaudenay's "Secure Communications
// over Insecure Channels Based on Short Authenticated Strings" (CRYPTO 2005). Who sits in
// between holds two conversations, and needs the same code in both. Towards the admitting
// station it is committed to its opening before it sees the nonce of the offer; towards the
// joining station it names its offer before it sees the nonce of the opening. So whatever
// it sends, one part of each code is chosen at random after the attacker's last choice: the
// codes are the same once in 10^6, and no computing beforehand or meanwhile helps. A second
// chance takes a second person's act: an attempt takes one commitment and one opening, and
// is spent whatever comes of it; a Joiner takes one offer. Nothing can be guessed online,
// since the code is never sent: a station that is asked for one more try shows another code.
// Who only relays what both say learns what is public, and changes nothing.
//
// The person who compares must see both codes, and say yes on both sides: a program that
// says it for them gives that up.
//
// # With a file, a cable or a QR code
//
// A camera without a screen is told its user's id, and writes a request ([NewRequest]); the
// admitting station reads it ([ReadRequest]) and writes an admission ([Request.Admit]), which
// the camera reads ([Accept]). There is no code, since whoever carries the two is the channel.
// An admission is for one request: an older one, or another station's, is refused. Neither
// has a private key in it. Both are binary, or text with [Text] and [FromText]: upper-case
// letters, digits and a colon, which is a URI and what a QR code holds best. With Ed25519 a
// request has less than 320 bytes, 520 characters; an admission 500 bytes, 200 more for each
// other station of the user, and 300 for an endpoint. One QR code holds 4296 such characters
// (ISO/IEC 18004, version 40-L), which is an admission to twelve stations.
//
// # At a hub
//
// The hub admits as a home does, but vouches with its authority's key instead of a user key: an
// [Offer] without a user is for whoever starts as a user with the key that joins, whose id is
// collection.UserOf of it. The station learns the authority's key, and the hub the user's,
// both under the same code; the admission has the authority's key statement.
//
// # Conventions
//
// The package has no clock and no network; randomness is passed in, from a cryptographic
// source. Over HTTP, httplink.HandlerOptions.Enrol serves attempts, and httplink.NewEnrolClient
// reaches one. Messages are deterministic CBOR with
// limits, read strictly; enrol.cddl describes them. Slices passed in are not kept or changed,
// and those returned belong to the caller.
package enrol
