// Package edsigner makes the seals of package signature with Ed25519 and nothing else, for
// devices: a program that seals with it instead of signature.NewSigner links neither X.509 nor
// SSH, P-256 or RSA, and is more than a megabyte smaller. The seals are the same, byte for byte.
package edsigner

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/internal/sealerr"
	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

// algorithm is EdDSA in the COSE registry: signature.Ed25519.
const algorithm = -8

// A Signer seals statements with one private key, as collection.Signer asks. It is
// immutable and safe for concurrent use.
type Signer struct {
	key    ed25519.PrivateKey
	public []byte // COSE_Key
	id     [32]byte
}

// New returns a signer for key, which it copies. The error wraps signature.ErrKey:
// key has another length, or its two halves are not a pair.
func New(key ed25519.PrivateKey) (*Signer, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("%w: %d bytes", sealerr.ErrKey, len(key))
	}
	own := ed25519.NewKeyFromSeed(key.Seed())
	if !own.Equal(key) {
		return nil, fmt.Errorf("%w: public and private parts are not a pair", sealerr.ErrKey)
	}
	public := sign1.AppendEd25519(nil, own[ed25519.SeedSize:])
	return &Signer{key: own, public: public, id: sha256.Sum256(public)}, nil
}

// PublicKey returns a copy of the public key as COSE_Key, which signature.PublicKey
// reads with UnmarshalBinary: what whoever is to know the key is sent.
func (s *Signer) PublicKey() []byte { return slices.Clone(s.public) }

// ID returns the key's identity, the thumbprint that its seals name: signature.PublicKey.ID.
func (s *Signer) ID() [32]byte { return s.id }

// Sign returns a seal of the content type typ over statement. The type is 1 to 64
// characters of printable ASCII without spaces, else the error wraps
// signature.ErrPurpose. The other error is that of ctx.
func (s *Signer) Sign(ctx context.Context, typ string, statement []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := sign1.CheckType(typ); err != nil {
		return nil, err
	}
	header := sign1.AppendHeader(make([]byte, 0, 128), algorithm, typ, s.id)
	signature := ed25519.Sign(s.key, sign1.ToBeSigned(header, statement))
	return sign1.AppendSeal(make([]byte, 0, len(header)+len(signature)+12), header, signature), nil
}
