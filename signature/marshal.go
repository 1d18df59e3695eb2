package signature

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding"
	"encoding/pem"
	"fmt"
	"io"

	"golang.org/x/crypto/ssh"
)

var (
	_ encoding.TextMarshaler   = PublicKey{}
	_ encoding.TextUnmarshaler = (*PublicKey)(nil)
)

// GenerateKey makes an Ed25519 private key of 32 bytes read from rand, which
// must be a cryptographic source. The same bytes make the same key.
func GenerateKey(rand io.Reader) (ed25519.PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, fmt.Errorf("%w: randomness: %w", ErrKey, err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// MarshalPrivateKey returns a private key of Go's library as PKCS#8 in PEM
// (RFC 5958), not protected by a passphrase.
func MarshalPrivateKey(key crypto.Signer) ([]byte, error) {
	if _, err := asSigner(key, nil); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// MarshalText returns the key as SPKI in PEM (RFC 5280, section 4.1), as
// openssl pkey -pubout writes it.
func (k PublicKey) MarshalText() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.pub)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// UnmarshalText reads all that [ParsePublicKey] reads.
func (k *PublicKey) UnmarshalText(text []byte) error {
	read, err := ParsePublicKey(text)
	if err == nil {
		*k = read
	}
	return err
}

// MarshalSSH returns the key as a line of OpenSSH, without a comment and
// without the end of the line.
func (k PublicKey) MarshalSSH() ([]byte, error) {
	key, err := ssh.NewPublicKey(k.pub)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return bytes.TrimSpace(ssh.MarshalAuthorizedKey(key)), nil
}
