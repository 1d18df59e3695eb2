package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"

	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

// Verify checks a seal by this very key: that it is one, of the content type
// typ, over statement. Its errors are [*SealError], wrapping ErrUnsigned,
// ErrUnknownKey (another key's seal) or ErrBadSeal. The time it takes is that
// of one signature verification.
func (k PublicKey) Verify(typ string, statement, seal []byte) error {
	s, err := open(typ, seal)
	if err != nil {
		return err
	}
	if k.pub == nil || s.key != k.id {
		return s.refuse(typ, ErrUnknownKey)
	}
	if err := k.check(s, statement); err != nil {
		return s.refuse(typ, err)
	}
	return nil
}

// check checks the signature of a seal that names this key.
func (k PublicKey) check(s seal, statement []byte) error {
	if s.algorithm != k.algorithm {
		return ErrAlgorithm
	}
	if !k.valid(sign1.ToBeSigned(s.header, statement), s.signature) {
		return ErrBadSeal
	}
	return nil
}

// valid reports whether signature is this key's over message.
func (k PublicKey) valid(message, signature []byte) bool {
	switch pub := k.pub.(type) {
	case ed25519.PublicKey:
		return len(signature) == ed25519.SignatureSize && ed25519.Verify(pub, message, signature)
	case *ecdsa.PublicKey:
		if len(signature) != 64 || bytes.Compare(signature[32:], halfOrder[:]) > 0 {
			return false
		}
		digest := sha256.Sum256(message)
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(pub, digest[:], r, s)
	case *rsa.PublicKey:
		digest := sha256.Sum256(message)
		return rsa.VerifyPSS(pub, crypto.SHA256, digest[:], signature, pssOptions) == nil
	}
	return false
}

// halfOrder is half the order of P-256, rounded down: the greatest s allowed.
var halfOrder = [32]byte{
	0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
}
