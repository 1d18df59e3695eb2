package signature

import (
	"crypto"
	"crypto/rsa"
	"slices"
	"strconv"
)

// Algorithm is a signature algorithm, numbered as in the COSE registry.
type Algorithm int

// The algorithms known here.
const (
	// Ed25519 is EdDSA with curve Ed25519 (RFC 9053, section 2.2): the default.
	Ed25519 Algorithm = -8
	// ES256 is ECDSA with P-256 and SHA-256 (RFC 9053, section 2.1), s in the
	// lower half: what secure elements do.
	ES256 Algorithm = -7
	// PS256 is RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 8230,
	// section 2), with keys of 2048 to 4096 bits.
	PS256 Algorithm = -37
)

// String returns the algorithm's usual name.
func (a Algorithm) String() string {
	switch a {
	case Ed25519:
		return "Ed25519"
	case ES256:
		return "ES256"
	case PS256:
		return "PS256"
	}
	return "algorithm " + strconv.Itoa(int(a))
}

// options returns what crypto.Signer is to be told: which hash, which padding.
func (a Algorithm) options() crypto.SignerOpts {
	switch a {
	case ES256:
		return crypto.SHA256
	case PS256:
		return pssOptions
	}
	return crypto.Hash(0)
}

var pssOptions = &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}

// Algorithms is a list of allowed algorithms. The empty list allows all three.
type Algorithms []Algorithm

// Allows reports whether a is in the list.
func (l Algorithms) Allows(a Algorithm) bool {
	if len(l) > 0 && !slices.Contains(l, a) {
		return false
	}
	return a == Ed25519 || a == ES256 || a == PS256
}
