package signature

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"slices"
	"testing"
)

// protected describes a protected key; its zero values stand for good ones.
type protected struct {
	rounds, length   int
	iv, data         []byte
	scheme, kdf, prf asn1.ObjectIdentifier
	cipher           asn1.ObjectIdentifier
}

func (p protected) der(t *testing.T) []byte {
	t.Helper()
	marshal := func(v any) asn1.RawValue {
		der, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return asn1.RawValue{FullBytes: der}
	}
	type identifier = pkix.AlgorithmIdentifier
	kdf := identifier{Algorithm: p.kdf, Parameters: marshal(struct {
		Salt   []byte
		Rounds int
		Length int `asn1:"optional"`
		Hash   identifier
	}{[]byte("salt"), p.rounds, p.length, identifier{Algorithm: p.prf}})}
	cipher := identifier{Algorithm: p.cipher, Parameters: marshal(p.iv)}
	return marshal(struct {
		Scheme identifier
		Data   []byte
	}{identifier{Algorithm: p.scheme, Parameters: marshal([]identifier{kdf, cipher})}, p.data}).FullBytes
}

func TestProtectedKeysThatAreRefused(t *testing.T) {
	for name, change := range map[string]func(*protected){
		"no rounds":          func(p *protected) { p.rounds = 0 },
		"rounds without end": func(p *protected) { p.rounds = 1 << 30 },
		"another key length": func(p *protected) { p.length = 16 },
		"short IV":           func(p *protected) { p.iv = p.iv[1:] },
		"no data":            func(p *protected) { p.data = nil },
		"part of a block":    func(p *protected) { p.data = p.data[1:] },
		"PBES1":              func(p *protected) { p.scheme = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 3} },
		"scrypt":             func(p *protected) { p.kdf = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11} },
		"HMAC with SHA-1":    func(p *protected) { p.prf = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7} },
		"triple DES":         func(p *protected) { p.cipher = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7} },
	} {
		p := protected{rounds: 1, length: 32, iv: make([]byte, 16), data: make([]byte, 32),
			scheme: oidPBES2, kdf: oidPBKDF2, prf: oidHMACSHA256, cipher: oidAES256CBC}
		if _, err := parseEncrypted(p.der(t), []byte("x")); !errors.Is(err, ErrPassphrase) {
			t.Fatal("the good form is not reached:", err)
		}
		change(&p)
		if _, err := parseEncrypted(p.der(t), []byte("x")); !errors.Is(err, ErrKey) || errors.Is(err, ErrPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
	block, _ := pem.Decode(readKey(t, "ed25519.protected.pem"))
	for _, der := range [][]byte{nil, block.Bytes[:len(block.Bytes)-1], append(slices.Clone(block.Bytes), 0)} {
		if _, err := parseEncrypted(der, []byte("first a glimpse")); !errors.Is(err, ErrKey) || errors.Is(err, ErrPassphrase) {
			t.Errorf("%d bytes: %v", len(der), err)
		}
	}
}
