package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/binary"
	"io"
	"math/big"
	"math/rand/v2"

	"github.com/glimpse-go/glimpse/signature"
)

// A random is a source of bytes and of choices that are the same for a seed.
type random struct {
	io.Reader
	*rand.Rand
}

func newRandom(seed uint64) random {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	bytes := rand.NewChaCha8(key)
	return random{bytes, rand.New(bytes)}
}

// newSigner makes a key of what comes from a source, which Go's library does for Ed25519 alone.
func newSigner(from io.Reader, algorithm string) (*signature.Signer, error) {
	make := map[string]func(io.Reader) (crypto.Signer, error){"ES256": newECDSA, "PS256": newRSA}[algorithm]
	if make == nil {
		make = func(r io.Reader) (crypto.Signer, error) { return signature.GenerateKey(r) }
	}
	key, err := make(from)
	if err != nil {
		return nil, err
	}
	return signature.NewSigner(key, from)
}

func newECDSA(from io.Reader) (crypto.Signer, error) {
	var scalar [32]byte
	if _, err := io.ReadFull(from, scalar[:]); err != nil {
		return nil, err
	}
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
}

// newRSA makes the weakest key that is accepted.
func newRSA(from io.Reader) (crypto.Signer, error) {
	k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{E: 65537}}
	one, totient := big.NewInt(1), big.NewInt(1)
	k.N = big.NewInt(1)
	for range 2 {
		p, err := newPrime(from, signature.MinRSA/2)
		if err != nil {
			return nil, err
		}
		k.Primes = append(k.Primes, p)
		k.N.Mul(k.N, p)
		totient.Mul(totient, new(big.Int).Sub(p, one))
	}
	k.D = new(big.Int).ModInverse(big.NewInt(int64(k.E)), totient)
	k.Precompute()
	return k, k.Validate()
}

// newPrime finds a prime whose two highest bits are set, and of which another than a
// multiple of the exponent stands before it.
func newPrime(from io.Reader, bits int) (*big.Int, error) {
	b := make([]byte, bits/8)
	for {
		if _, err := io.ReadFull(from, b); err != nil {
			return nil, err
		}
		b[0] |= 0xc0
		b[len(b)-1] |= 1
		p := new(big.Int).SetBytes(b)
		if p.ProbablyPrime(1) && new(big.Int).Mod(p, big.NewInt(65537)).Int64() != 1 {
			return p, nil
		}
	}
}
