// Package userid derives the ids of users who start with a key, for packages
// collection and signature.
package userid

import "crypto/sha256"

// Of returns the first 16 bytes of SHA-256 of the twelve ASCII characters
// "glimpse user" and the 32 bytes of the thumbprint of a key (RFC 9679).
func Of(thumbprint [32]byte) [16]byte {
	sum := sha256.Sum256(append([]byte("glimpse user"), thumbprint[:]...))
	return [16]byte(sum[:16])
}
