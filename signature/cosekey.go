package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding"
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

var (
	_ encoding.BinaryMarshaler   = PublicKey{}
	_ encoding.BinaryUnmarshaler = (*PublicKey)(nil)
)

// MarshalBinary returns the key as COSE_Key (RFC 9052, section 7) with the
// required members only, in deterministic encoding: the bytes whose SHA-256 is
// the thumbprint.
func (k PublicKey) MarshalBinary() ([]byte, error) {
	if k.pub == nil {
		return nil, fmt.Errorf("%w: none", ErrKey)
	}
	return bytes.Clone(k.cose), nil
}

// UnmarshalBinary reads exactly what MarshalBinary writes. [ParsePublicKey]
// is for other forms.
func (k *PublicKey) UnmarshalBinary(data []byte) error {
	read, err := parseCOSEPublic(data)
	if err != nil {
		return err
	}
	if !bytes.Equal(read.cose, data) {
		return fmt.Errorf("%w: COSE_Key: not the required members in deterministic encoding", ErrKey)
	}
	*k = read
	return nil
}

// Key types and curves of RFC 9053, section 7, and RFC 8230, section 4.
const (
	typeEC2   = 2
	typeRSA   = 3
	curveP256 = 1
)

// appendEC2 appends {1: 2, -1: 1, -2: x, -3: y} of an uncompressed point.
func appendEC2(b, point []byte) []byte {
	b = append(wire.AppendMap(b, 4), 1, typeEC2, 0x20, curveP256)
	b = wire.AppendBytes(append(b, 0x21), point[1:33])
	return wire.AppendBytes(append(b, 0x22), point[33:])
}

// appendRSA appends {1: 3, -1: n, -2: e}.
func appendRSA(b, n, e []byte) []byte {
	b = append(wire.AppendMap(b, 3), 1, typeRSA)
	b = wire.AppendBytes(append(b, 0x20), n)
	return wire.AppendBytes(append(b, 0x21), e)
}

// coseKey is a COSE_Key as people have it. The meaning of the negative members
// depends on the type: curve, x, y, d or n, e.
type coseKey struct {
	Type       int64           `cbor:"1,keyasint"`
	ID         []byte          `cbor:"2,keyasint"`
	Algorithm  Algorithm       `cbor:"3,keyasint"`
	Operations []int64         `cbor:"4,keyasint"`
	Curve      cbor.RawMessage `cbor:"-1,keyasint"`
	X          []byte          `cbor:"-2,keyasint"`
	Y          []byte          `cbor:"-3,keyasint"`
	D          []byte          `cbor:"-4,keyasint"`
}

// parseCOSE reads a COSE_Key and its public key. The members alg and key_ops
// must allow the use, kid says nothing, and others are refused.
func parseCOSE(data []byte, operation int64) (raw coseKey, k PublicKey, err error) {
	if err := strict.Unmarshal(data, &raw); err != nil {
		return raw, k, fmt.Errorf("%w: COSE_Key: %w", ErrKey, err)
	}
	if k, err = raw.public(); err != nil {
		return raw, k, err
	}
	wrongUse := raw.Operations != nil && !slices.Contains(raw.Operations, operation)
	if wrongUse || raw.Algorithm != 0 && raw.Algorithm != k.algorithm {
		return raw, k, fmt.Errorf("%w: COSE_Key: not for this use", ErrKey)
	}
	return raw, k, nil
}

func (c coseKey) public() (PublicKey, error) {
	switch {
	case c.Type == sign1.TypeOKP && bytes.Equal(c.Curve, []byte{sign1.CurveEd25519}) && c.Y == nil:
		return newEd25519(c.X)
	case c.Type == typeEC2 && bytes.Equal(c.Curve, []byte{curveP256}) && len(c.X) == 32 && len(c.Y) == 32:
		return newES256(slices.Concat([]byte{4}, c.X, c.Y))
	case c.Type == typeRSA && c.Y == nil && c.D == nil:
		var n []byte
		if err := strict.Unmarshal(c.Curve, &n); err != nil {
			return PublicKey{}, fmt.Errorf("%w: COSE_Key: %w", ErrKey, err)
		}
		return newPS256(n, c.X)
	}
	return PublicKey{}, fmt.Errorf("%w: COSE_Key: type or curve not supported", ErrKey)
}

// Values of key_ops, RFC 9052, table 5.
const (
	opSign   = 1
	opVerify = 2
)

func parseCOSEPublic(data []byte) (PublicKey, error) {
	raw, k, err := parseCOSE(data, opVerify)
	if err == nil && raw.D != nil {
		err = fmt.Errorf("%w: COSE_Key: private where a public one is wanted", ErrKey)
	}
	if err != nil {
		return PublicKey{}, err
	}
	return k, nil
}

// parseCOSEPrivate reads a private key of type OKP or EC2.
func parseCOSEPrivate(data []byte) (crypto.Signer, error) {
	raw, k, err := parseCOSE(data, opSign)
	if err != nil {
		return nil, err
	}
	if len(raw.D) != 32 {
		return nil, fmt.Errorf("%w: COSE_Key: no private part of 32 bytes", ErrKey)
	}
	var key crypto.Signer = ed25519.NewKeyFromSeed(raw.D)
	if k.algorithm == ES256 {
		if key, err = ecdsa.ParseRawPrivateKey(curve, raw.D); err != nil {
			return nil, fmt.Errorf("%w: COSE_Key: %w", ErrKey, err)
		}
	}
	if own, err := NewPublicKey(key.Public()); err != nil || !own.Equal(k) {
		return nil, fmt.Errorf("%w: COSE_Key: %w", ErrKey, pair(false))
	}
	return key, nil
}
