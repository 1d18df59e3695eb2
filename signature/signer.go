package signature

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

// ContextSigner is a crypto.Signer that can be cancelled, as a key in a
// service or a device should be. [Signer] uses it where a key has it.
type ContextSigner interface {
	crypto.Signer
	// SignContext is Sign of crypto.Signer, given up when ctx is done.
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// Signer seals statements with one private key. It is safe for concurrent use
// if the key and the source of randomness are; those of Go's library are.
type Signer struct {
	key    crypto.Signer
	rand   io.Reader
	public PublicKey
	local  bool // a key of Go's library, checked once; others are checked each time
}

// NewSigner returns a signer for key, of Go's library ([ParsePrivateKey],
// [GenerateKey]) or of any other provider: PKCS#11, a TPM, a key service. A
// provider's key signs as crypto.Signer says, ES256 in ASN.1 form included.
//
// rand is handed to key.Sign. PS256 needs it for its salt; Ed25519 and ES256 do
// not, and may be given nil: with a key of Go's library their seals are
// deterministic (for ES256 as in RFC 6979).
//
// The errors wrap [ErrKey]: a key of another kind or size, or one whose public
// and private parts are not a pair.
func NewSigner(key crypto.Signer, rand io.Reader) (*Signer, error) {
	if k, ok := key.(ed25519.PrivateKey); key == nil || ok && len(k) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("%w: not a private key", ErrKey)
	}
	public, err := NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	s := &Signer{key: key, rand: rand, public: public}
	switch k := key.(type) {
	case ed25519.PrivateKey:
		own := ed25519.NewKeyFromSeed(k.Seed())
		s.key, s.local, err = own, true, pair(own.Equal(k))
	case *ecdsa.PrivateKey:
		s.local, s.rand, err = true, nil, checkScalar(k)
	case *rsa.PrivateKey:
		s.local, err = true, k.Validate()
		if rand == nil {
			err = errors.New("PS256 needs randomness")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return s, nil
}

// Public returns the public key, whose ID the seals name.
func (s *Signer) Public() PublicKey { return s.public }

// ID returns the ID of the public key, which the seals name.
func (s *Signer) ID() [32]byte { return s.public.id }

// Sign returns a seal of the content type typ over statement. The type is 1 to
// [MaxType] characters of printable ASCII without spaces, else the error wraps
// [ErrPurpose]. The other errors are those of ctx and of the key, or [ErrKey]
// if the key's signature is not that of its public key.
func (s *Signer) Sign(ctx context.Context, typ string, statement []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := sign1.CheckType(typ); err != nil {
		return nil, err
	}
	header := sign1.AppendHeader(make([]byte, 0, 128), s.public.algorithm, typ, s.public.id)
	message := sign1.ToBeSigned(header, statement)
	signature, err := s.sign(ctx, message)
	if err != nil {
		return nil, fmt.Errorf("sealing %s with key %s: %w", typ, short(s.public.id), err)
	}
	if !s.local && !s.public.valid(message, signature) {
		return nil, fmt.Errorf("%w: the signature is not by public key %s", ErrKey, short(s.public.id))
	}
	return sign1.AppendSeal(make([]byte, 0, len(header)+len(signature)+12), header, signature), nil
}

// sign returns the signature in the form that COSE wants.
func (s *Signer) sign(ctx context.Context, message []byte) ([]byte, error) {
	signature, err := s.raw(ctx, message)
	if err != nil || s.public.algorithm != ES256 {
		return signature, err
	}
	return fixedForm(signature)
}

// raw asks the key, with the context if it takes one.
func (s *Signer) raw(ctx context.Context, message []byte) ([]byte, error) {
	opts := s.public.algorithm.options()
	key, ok := s.key.(ContextSigner)
	if !ok {
		return crypto.SignMessage(s.key, s.rand, message, opts)
	}
	if opts.HashFunc() == crypto.SHA256 {
		digest := sha256.Sum256(message)
		message = digest[:]
	}
	return key.SignContext(ctx, s.rand, message, opts)
}

// fixedForm turns an ECDSA signature from ASN.1 into 64 bytes r‖s (RFC 9053,
// section 2.1), with the lower of the two values of s.
func fixedForm(der []byte) ([]byte, error) {
	var v struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &v)
	if err != nil {
		return nil, fmt.Errorf("%w: ECDSA signature: %w", ErrKey, err)
	}
	order := curve.Params().N
	if len(rest) > 0 || !within(v.R, order) || !within(v.S, order) {
		return nil, fmt.Errorf("%w: ECDSA signature out of range", ErrKey)
	}
	if other := new(big.Int).Sub(order, v.S); other.Cmp(v.S) < 0 {
		v.S = other
	}
	signature := make([]byte, 64)
	v.R.FillBytes(signature[:32])
	v.S.FillBytes(signature[32:])
	return signature, nil
}

func within(n, order *big.Int) bool { return n.Sign() > 0 && n.Cmp(order) < 0 }

// checkScalar checks that the public part belongs to the private one.
func checkScalar(k *ecdsa.PrivateKey) error {
	scalar, err := k.Bytes()
	if err != nil {
		return err
	}
	own, err := ecdsa.ParseRawPrivateKey(curve, scalar)
	if err != nil {
		return err
	}
	return pair(own.PublicKey.Equal(&k.PublicKey))
}

func pair(ok bool) error {
	if !ok {
		return errors.New("public and private parts are not a pair")
	}
	return nil
}
