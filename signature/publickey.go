package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"

	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

// Sizes of RSA keys accepted for PS256, in bits.
const (
	MinRSA = 2048
	MaxRSA = 4096
)

var curve = elliptic.P256()

// PublicKey is a checked public key of one of the three algorithms. It never
// changes and may be copied. The zero PublicKey is no key and verifies nothing.
type PublicKey struct {
	algorithm Algorithm
	id        [32]byte
	cose      []byte // COSE_Key with the required members, deterministic
	pub       crypto.PublicKey
}

// NewPublicKey checks and copies an ed25519.PublicKey, an *ecdsa.PublicKey of
// P-256 or an *rsa.PublicKey of 2048 to 4096 bits. Points that are not on the
// curve and Ed25519 keys that are of small order or not canonical are refused.
// The errors wrap [ErrKey].
func NewPublicKey(pub crypto.PublicKey) (PublicKey, error) {
	switch pub := pub.(type) {
	case ed25519.PublicKey:
		return newEd25519(pub)
	case *ecdsa.PublicKey:
		if pub.Curve != curve {
			return PublicKey{}, fmt.Errorf("%w: ECDSA with a curve other than P-256", ErrKey)
		}
		point, err := pub.Bytes()
		if err != nil {
			return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
		}
		return newES256(point)
	case *rsa.PublicKey:
		return newPS256(pub.N.Bytes(), big.NewInt(int64(pub.E)).Bytes())
	}
	return PublicKey{}, fmt.Errorf("%w: %T is not supported", ErrKey, pub)
}

// Algorithm returns the one algorithm that the key is for.
func (k PublicKey) Algorithm() Algorithm { return k.algorithm }

// ID returns the key's identity: its COSE Key Thumbprint with SHA-256 (RFC
// 9679, section 3).
func (k PublicKey) ID() [32]byte { return k.id }

// Equal reports whether both are the same key.
func (k PublicKey) Equal(other PublicKey) bool { return k.id == other.id }

// String returns the algorithm and the thumbprint in hexadecimal: what people
// compare before they trust a key.
func (k PublicKey) String() string {
	return k.algorithm.String() + " " + hex.EncodeToString(k.id[:])
}

// Crypto returns the key in the form of Go's library. It is shared and must not
// be changed.
func (k PublicKey) Crypto() crypto.PublicKey { return k.pub }

func newPublicKey(a Algorithm, pub crypto.PublicKey, cose []byte) PublicKey {
	return PublicKey{algorithm: a, id: sha256.Sum256(cose), cose: cose, pub: pub}
}

func newEd25519(x []byte) (PublicKey, error) {
	if err := checkEdwards(x); err != nil {
		return PublicKey{}, fmt.Errorf("%w: Ed25519: %w", ErrKey, err)
	}
	return newPublicKey(Ed25519, ed25519.PublicKey(bytes.Clone(x)), sign1.AppendEd25519(nil, x)), nil
}

// newES256 takes a point in uncompressed form.
func newES256(point []byte) (PublicKey, error) {
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: P-256: %w", ErrKey, err)
	}
	return newPublicKey(ES256, pub, appendEC2(nil, point)), nil
}

// newPS256 takes modulus and exponent, big-endian.
func newPS256(modulus, exponent []byte) (PublicKey, error) {
	n, e := new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(exponent)
	if bits := n.BitLen(); bits < MinRSA || bits > MaxRSA {
		return PublicKey{}, fmt.Errorf("%w: RSA of %d bits", ErrKey, bits)
	}
	if n.Bit(0) == 0 || e.Bit(0) == 0 || e.Cmp(big.NewInt(3)) < 0 || e.Cmp(big.NewInt(math.MaxInt32)) > 0 {
		return PublicKey{}, fmt.Errorf("%w: RSA modulus or exponent out of range", ErrKey)
	}
	pub := &rsa.PublicKey{N: n, E: int(e.Int64())}
	return newPublicKey(PS256, pub, appendRSA(nil, n.Bytes(), e.Bytes())), nil
}
