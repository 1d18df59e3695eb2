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
// A [Keyring] says whose key it is. Authorities are added by hand
// ([Keyring.AddAuthority]); they vouch for users' keys with sealed statements
// ([KeyStatement], [Keyring.Add]). Without an authority a key is pinned when it
// is first met ([Keyring.Pin]) or trusted after its owner was asked
// ([Keyring.Trust]), and a change is reported as [*ChangedError]. A retired key
// keeps its old seals; a revoked key has none, whatever time they claim.
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
