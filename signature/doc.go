// Package signature makes and verifies seals: signatures over short statements,
// in the form of COSE_Sign1 (RFC 9052, section 4.2). It knows bytes and keys
// only; what a statement says, and who may say it, is for package collection to
// judge, whose Signer and Verifier interfaces [*Signer] and [*Keyring] satisfy.
//
// # A seal
//
//	18([ << {1: alg, 3: content type, 4: thumbprint} >>, {}, null, signature ])
//
// The payload is detached: it is the statement, which the verifier works out
// for itself. The content type names the statement's purpose, so that a seal of
// one purpose never verifies as another. The thumbprint names the key (RFC
// 9679, SHA-256). All three are signed. There is exactly one encoding: anything
// else in the headers, another order, a longer length or a trailing byte is
// refused. With Ed25519 and a content type of 27 characters a seal is 140
// bytes, and 197 bytes are signed for a statement of 112. Seals are read and
// built here, because a general COSE library reads more than one encoding and
// more headers; the tests check them against veraison/go-cose in both ways.
//
// # Keys
//
// [Ed25519], [ES256] and [PS256] are known; [Algorithms] narrows the set. The
// key says which algorithm it is for, never the seal. A private key is any
// crypto.Signer, so a key in a secure element, a smart card, a TPM or a key
// service works ([NewSigner]); keys in files are read by [ParsePrivateKey] and
// [ParsePublicKey]. A device that only seals with Ed25519 uses package edsigner and
// links neither this one nor any other algorithm. Signatures are not malleable: ES256 is accepted only with
// the lower of the two values of s, so other implementations must replace a
// greater s by n−s, as [Signer] does.
//
// # Trust
//
// A [Keyring] says whose key it is. It walks from the key of a station to the user's
// [Roster], which the user key has sealed, and from there to what shows that this is the
// user's key:
//
//   - the user's id, if it is derived of the key ([PublicKey.UserID]): then nobody can
//     introduce another;
//   - an authority, which is added by hand ([Keyring.AddAuthority]) and introduces the
//     users whom it has made, each once, with a [KeyStatement] or by countersigning the
//     roster;
//   - or its owner, who was asked ([Keyring.Trust]), or that it was the first that was
//     met ([Keyring.Pin]).
//
// Another key for the same user is reported as [*ChangedError], and a person decides. An
// id does not tell that it is derived: until the key that proves itself is met, an
// authority that is trusted could name another; from then on that one counts no more.
//
// In a roster the greatest number counts, whatever any clock says. An authority may
// revoke the keys of users whom it has introduced, and add none. A retired key keeps its
// old seals; a revoked key, or one that its user has removed, has none, whatever time
// they claim: what it has sealed stands only if somebody else has sealed it, too. A
// station proves that it has its key before it is listed or registered
// ([ProvePossession]), so that nobody calls another's key their own.
//
// An authority's root key may stay offline: its own roster lists the operating keys, whose
// seals count as the root's.
//
// # Conventions
//
// Users are 16 bytes and keys are named by their 32-byte thumbprint; both are
// plain arrays. Slices passed in are read, never kept or changed; slices
// returned belong to the caller. All types are safe for concurrent use once
// they are set up. Time and randomness are passed in. A refused seal is a
// [*SealError] wrapping one of [ErrUnsigned], [ErrUnknownKey], [ErrBadSeal] and
// its family, [ErrRevoked] or [ErrExpired]; a refused key wraps [ErrKey]. The
// wire forms are described in signature.cddl.
package signature
