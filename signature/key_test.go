package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// TestThumbprintOfRFC9679 is the example of RFC 9679, section 6.
func TestThumbprintOfRFC9679(t *testing.T) {
	const (
		x = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
		y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"
		z = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"
	)
	data, err := hex.DecodeString("a501022001215820" + x + "225820" + y + "025820" + z)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParsePublicKey(data)
	if id := key.ID(); err != nil || hex.EncodeToString(id[:]) != z {
		t.Errorf("thumbprint %x, %v", id, err)
	}
	if !strings.HasSuffix(key.String(), z) {
		t.Error(key)
	}
}

func TestKeysAsPeopleHaveThem(t *testing.T) {
	for _, c := range []struct {
		private, public string
		algorithm       Algorithm
		protected       bool
	}{
		{"ed25519.pem", "ed25519.pub.pem", Ed25519, false},
		{"ed25519.protected.pem", "ed25519.pub.pem", Ed25519, true},
		{"ed25519_genpkey.protected.pem", "ed25519_genpkey.pub.pem", Ed25519, true},
		{"p256.pem", "p256.pub.pem", ES256, false},
		{"p256_sec1.pem", "p256_sec1.pub.pem", ES256, false},
		{"rsa2048.pem", "rsa2048.pub.pem", PS256, false},
		{"rsa2048_pkcs1.pem", "rsa2048.pub.pem", PS256, false},
		{"openssh_ed25519", "openssh_ed25519.pub", Ed25519, false},
		{"openssh_ed25519.protected", "openssh_ed25519.protected.pub", Ed25519, true},
		{"openssh_p256", "openssh_p256.pub", ES256, false},
		{"openssh_p256.protected", "openssh_p256.protected.pub", ES256, true},
	} {
		t.Run(c.private, func(t *testing.T) {
			public, err := ParsePublicKey(readKey(t, c.public))
			if err != nil || public.Algorithm() != c.algorithm {
				t.Fatal(public, err)
			}
			s := signerFor(t, privateKey(t, c.private))
			if !s.Public().Equal(public) {
				t.Error("private and public key do not belong together")
			}
			if err := public.Verify(update, statement, mustSeal(t, s, update)); err != nil {
				t.Error(err)
			}
			for _, wrong := range []string{"", "second a glimpse"} {
				_, err := ParsePrivateKey(readKey(t, c.private), []byte(wrong))
				if errors.Is(err, ErrPassphrase) != c.protected {
					t.Errorf("passphrase %q: %v", wrong, err)
				}
			}
		})
	}
}

func TestKeysSurviveEveryForm(t *testing.T) {
	for a, s := range signers(t) {
		want := s.Public()
		forms := map[string]func() ([]byte, error){
			"SPKI": want.MarshalText, "COSE_Key": want.MarshalBinary, "OpenSSH": want.MarshalSSH,
			"DER": func() ([]byte, error) { return x509.MarshalPKIXPublicKey(want.Crypto()) },
		}
		for form, marshal := range forms {
			data, err := marshal()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ParsePublicKey(data); err != nil || !cmp.Equal(got, want) {
				t.Errorf("%v, %s: %v, %v", a, form, got, err)
			}
		}
		text, err := MarshalPrivateKey(s.key)
		if err != nil {
			t.Fatal(err)
		}
		if back := signerFor(t, mustParse(t, text)); !back.Public().Equal(want) {
			t.Errorf("%v: PKCS#8 is another key", a)
		}
		block, _ := pem.Decode(text)
		if back := signerFor(t, mustParse(t, block.Bytes)); !back.Public().Equal(want) {
			t.Errorf("%v: DER is another key", a)
		}
	}
}

func mustParse(t *testing.T, data []byte) crypto.Signer {
	t.Helper()
	key, err := ParsePrivateKey(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestPublicKeysInsideJSON(t *testing.T) {
	want := newSigner(t, 1).Public()
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got PublicKey
	if err := json.Unmarshal(text, &got); err != nil || !got.Equal(want) {
		t.Error(got, err)
	}
	if _, err := json.Marshal(PublicKey{}); !errors.Is(err, ErrKey) {
		t.Error("the zero key was written:", err)
	}
}

func TestPrivateCOSEKeys(t *testing.T) {
	ed := privateKey(t, "ed25519.pem").(ed25519.PrivateKey)
	es := privateKey(t, "p256.pem").(*ecdsa.PrivateKey)
	scalar, err := es.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	withD := func(s *Signer, d []byte) []byte {
		public := slices.Clone(s.public.cose)
		public[0]++
		return wire.AppendBytes(append(public, 0x23), d)
	}
	for _, c := range []struct {
		key crypto.Signer
		d   []byte
	}{{ed, ed.Seed()}, {es, scalar}} {
		s := signerFor(t, c.key)
		data := withD(s, c.d)
		if back := signerFor(t, mustParse(t, data)); !back.Public().Equal(s.Public()) {
			t.Error("another key")
		}
		if _, err := ParsePublicKey(data); !errors.Is(err, ErrKey) {
			t.Error("a private key was read as a public one:", err)
		}
		if _, err := ParsePrivateKey(withD(s, bytes.Repeat([]byte{1}, 32)), nil); !errors.Is(err, ErrKey) {
			t.Error("parts that are not a pair:", err)
		}
		if _, err := ParsePrivateKey(s.public.cose, nil); !errors.Is(err, ErrKey) {
			t.Error("no private part:", err)
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	for _, name := range []string{"rsa1024.pub.pem", "p384.pub.pem", "x25519.pub.pem", "openssh_p384.pub", "ed25519.pem", "openssh_ed25519"} {
		if key, err := ParsePublicKey(readKey(t, name)); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v, %v", name, key, err)
		}
	}
	for _, name := range []string{"rsa1024.pem", "p384.pem", "x25519.pem", "openssh_p384", "ed25519.pub.pem", "openssh_ed25519.pub"} {
		if key, err := ParsePrivateKey(readKey(t, name), nil); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %T, %v", name, key, err)
		}
	}
}

func TestFormsThatAreRefused(t *testing.T) {
	ed := newSigner(t, 1).public.cose
	es := signers(t)[ES256].public.cose
	text := readKey(t, "ed25519.pub.pem")
	line := bytes.TrimSpace(readKey(t, "openssh_ed25519.pub"))
	offCurve := slices.Clone(es)
	offCurve[len(offCurve)-1] ^= 1
	member := func(key []byte, more ...byte) []byte {
		key = slices.Concat(key, more)
		key[0]++
		return key
	}
	for name, data := range map[string][]byte{
		"nothing":                   nil,
		"too long":                  append(slices.Clone(text), bytes.Repeat([]byte("\n"), MaxKey)...),
		"words":                     []byte("this is not a key"),
		"PEM twice":                 slices.Concat(text, text),
		"PEM and more":              append(slices.Clone(text), 'x'),
		"PEM cut off":               text[:len(text)-10],
		"DER and more":              append([]byte{0x30, 0}, 1),
		"OpenSSH, two lines":        slices.Concat(line, []byte("\n"), line),
		"OpenSSH with options":      append([]byte("restrict "), line...),
		"OpenSSH, other type named": bytes.Replace(line, []byte("ssh-ed25519"), []byte("ssh-rsa"), 1),
		"COSE_Key and more":         append(slices.Clone(ed), 0),
		"COSE_Key cut off":          ed[:len(ed)-1],
		"COSE_Key off the curve":    offCurve,
		"COSE_Key for ES256":        member(ed, 3, 0x26),
		"COSE_Key only for signing": member(ed, 4, 0x81, 1),
		"COSE_Key, unknown member":  member(ed, 0x18, 99, 0),
		"COSE_Key, member twice":    member(ed, 1, 1),
		"COSE_Key, compressed y":    append(slices.Clone(es[:len(es)-34]), 0xf5),
		"COSE_Key without x":        {0xa2, 1, 1, 0x20, 6},
		"COSE_Key, symmetric":       {0xa2, 1, 4, 0x20, 0x41, 1},
		"COSE_Key, X25519":          bytes.Replace(ed, []byte{0x20, 6}, []byte{0x20, 4}, 1),
		"COSE_Key, P-384":           bytes.Replace(es, []byte{0x20, 1}, []byte{0x20, 2}, 1),
	} {
		if key, err := ParsePublicKey(data); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v, %v", name, key, err)
		}
	}
	for name, data := range map[string][]byte{"with a key id": member(ed, 2, 0x41, 1), "with algorithm and use": member(member(ed, 3, 0x27), 4, 0x81, 2)} {
		if _, err := ParsePublicKey(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := new(PublicKey).UnmarshalBinary(data); !errors.Is(err, ErrKey) {
			t.Errorf("%s: UnmarshalBinary is not strict: %v", name, err)
		}
	}
}

// TestOpenSSHKeysThatAreNotPlain: security keys and certificates hold a plain
// key but mean something else.
func TestOpenSSHKeysThatAreNotPlain(t *testing.T) {
	x := newSigner(t, 1).Public().Crypto().(ed25519.PublicKey)
	const security = "sk-ssh-ed25519@openssh.com"
	blob := ssh.Marshal(struct {
		Type        string
		Key         []byte
		Application string
	}{security, x, "ssh:"})
	if _, err := ssh.ParsePublicKey(blob); err != nil {
		t.Fatal(err)
	}
	line := security + " " + base64.StdEncoding.EncodeToString(blob)
	if key, err := ParsePublicKey([]byte(line)); !errors.Is(err, ErrKey) {
		t.Error(key, err)
	}
}

func TestSignerFromAnyProvider(t *testing.T) {
	for a, s := range signers(t) {
		for name, key := range map[string]crypto.Signer{
			"remote": remote{Signer: s.key}, "cancellable": cancellable{remote{Signer: s.key}},
		} {
			limited, cancel := contextWithLimit()
			seal, err := signerFor(t, key).Sign(limited, update, statement)
			cancel()
			if err != nil {
				t.Errorf("%v, %s: %v", a, name, err)
				continue
			}
			if err := s.Public().Verify(update, statement, seal); err != nil {
				t.Errorf("%v, %s: %v", a, name, err)
			}
		}
		if _, err := signerFor(t, cancellable{remote{Signer: s.key}}).Sign(ctx, update, statement); !errors.Is(err, errLimit) {
			t.Errorf("%v: the context did not reach the key: %v", a, err)
		}
	}
}

func TestProvidersThatAreWrong(t *testing.T) {
	for a, s := range signers(t) {
		other := signerFor(t, privateKey(t, map[Algorithm]string{Ed25519: "openssh_ed25519", ES256: "openssh_p256", PS256: "rsa2048.pem"}[a]))
		wrong := map[string]crypto.Signer{
			"changed":   remote{Signer: s.key, change: func(b []byte) []byte { b[len(b)-1] ^= 1; return b }},
			"cut off":   remote{Signer: s.key, change: func(b []byte) []byte { return b[:len(b)-1] }},
			"empty":     remote{Signer: s.key, change: func(b []byte) []byte { return nil }},
			"continued": remote{Signer: s.key, change: func(b []byte) []byte { return append(b, 0) }},
		}
		if a != PS256 {
			wrong["another key's"] = remote{Signer: other.key, public: s.public.pub}
		}
		for name, key := range wrong {
			if _, err := signerFor(t, key).Sign(ctx, update, statement); !errors.Is(err, ErrKey) {
				t.Errorf("%v, %s: %v", a, name, err)
			}
		}
	}
}

func TestPrivateKeysThatAreNoPair(t *testing.T) {
	ed := slices.Clone(privateKey(t, "ed25519.pem").(ed25519.PrivateKey))
	copy(ed[32:], privateKey(t, "openssh_ed25519").(ed25519.PrivateKey)[32:])
	es := *privateKey(t, "p256.pem").(*ecdsa.PrivateKey)
	es.PublicKey = privateKey(t, "openssh_p256").(*ecdsa.PrivateKey).PublicKey
	p384, err := ecdsa.GenerateKey(elliptic.P384(), entropy(1))
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{
		"Ed25519": ed, "ES256": &es, "none": nil, "cut off": ed[:32], "P-384": p384,
	} {
		if _, err := NewSigner(key, entropy(1)); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewSigner(privateKey(t, "rsa2048.pem"), nil); !errors.Is(err, ErrKey) {
		t.Error("PS256 without randomness:", err)
	}
	if _, err := GenerateKey(bytes.NewReader(make([]byte, 31))); !errors.Is(err, ErrKey) {
		t.Error("31 bytes of randomness:", err)
	}
}

func TestNewPublicKeyCopies(t *testing.T) {
	pub := slices.Clone(newSigner(t, 1).Public().Crypto().(ed25519.PublicKey))
	key, err := NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	pub[0] ^= 1
	if err := key.Verify(update, statement, mustSeal(t, newSigner(t, 1), update)); err != nil {
		t.Error(err)
	}
}

func TestRSAKeysOutOfRange(t *testing.T) {
	number := func(bits uint, last byte) []byte {
		b := make([]byte, bits/8)
		b[0], b[len(b)-1] = 0x80, last
		return b
	}
	f4 := []byte{1, 0, 1}
	if _, err := newPS256(number(MaxRSA, 1), f4); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ modulus, exponent []byte }{
		"2040 bits":        {number(MinRSA-8, 1), f4},
		"4104 bits":        {number(MaxRSA+8, 1), f4},
		"even modulus":     {number(MinRSA, 2), f4},
		"even exponent":    {number(MinRSA, 1), []byte{1, 0, 0}},
		"exponent 1":       {number(MinRSA, 1), []byte{1}},
		"no exponent":      {number(MinRSA, 1), nil},
		"exponent 2^31+1":  {number(MinRSA, 1), []byte{0x80, 0, 0, 1}},
		"exponent 80 bits": {number(MinRSA, 1), number(80, 1)},
	} {
		if _, err := ParsePublicKey(appendRSA(nil, c.modulus, c.exponent)); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProvidersOfBadECDSA: numbers that are no signature do no harm.
func TestProvidersOfBadECDSA(t *testing.T) {
	one, order := big.NewInt(1), curve.Params().N
	for _, bad := range []*big.Int{new(big.Int), big.NewInt(-1), order, new(big.Int).Lsh(one, 4000)} {
		for _, numbers := range [][]*big.Int{{bad, one}, {one, bad}} {
			der, err := asn1.Marshal(numbers)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fixedForm(der); !errors.Is(err, ErrKey) {
				t.Errorf("%v: %v", numbers, err)
			}
		}
	}
}

func TestPEMUnderAnotherName(t *testing.T) {
	renamed := bytes.ReplaceAll(readKey(t, "ed25519.pub.pem"), []byte("PUBLIC KEY"), []byte("PRIVATE KEY"))
	if _, err := ParsePublicKey(renamed); !errors.Is(err, ErrKey) {
		t.Error(err)
	}
}
