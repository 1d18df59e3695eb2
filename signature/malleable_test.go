package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

// resealed replaces the signature of a seal.
func resealed(s *Signer, change func(signature []byte) []byte, seal []byte) []byte {
	n := 64
	if s.public.algorithm == PS256 {
		n = 256
	}
	return sign1.AppendSeal(nil, header(s), change(slices.Clone(seal[len(seal)-n:])))
}

func TestES256HighS(t *testing.T) {
	s := signers(t)[ES256]
	high := resealed(s, func(b []byte) []byte {
		new(big.Int).Sub(curve.Params().N, new(big.Int).SetBytes(b[32:])).FillBytes(b[32:])
		digest := sha256.Sum256(sign1.ToBeSigned(header(s), statement))
		if !ecdsa.Verify(s.public.pub.(*ecdsa.PublicKey), digest[:], new(big.Int).SetBytes(b[:32]), new(big.Int).SetBytes(b[32:])) {
			t.Fatal("the variant is not a signature")
		}
		return b
	}, mustSeal(t, s, update))
	refused(t, holding(t, s), s.Public(), high, ErrBadSeal)
}

func TestES256HalfOrder(t *testing.T) {
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	if got := new(big.Int).SetBytes(halfOrder[:]); got.Cmp(half) != 0 {
		t.Errorf("%x, want %x", got, half)
	}
}

func TestES256InDERForm(t *testing.T) {
	s := signers(t)[ES256]
	der := resealed(s, func(b []byte) []byte {
		form, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(b[:32]), new(big.Int).SetBytes(b[32:])})
		if err != nil {
			t.Fatal(err)
		}
		return form
	}, mustSeal(t, s, update))
	refused(t, holding(t, s), s.Public(), der, ErrBadSeal)
}

func TestES256ZeroAndOrder(t *testing.T) {
	s := signers(t)[ES256]
	seal := mustSeal(t, s, update)
	for _, v := range []*big.Int{new(big.Int), curve.Params().N} {
		for _, at := range []int{0, 32} {
			bad := resealed(s, func(b []byte) []byte { v.FillBytes(b[at : at+32]); return b }, seal)
			refused(t, holding(t, s), s.Public(), bad, ErrBadSeal)
		}
	}
}

func TestES256IsAlwaysSealedWithLowS(t *testing.T) {
	s := signers(t)[ES256]
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.SliceOf(rapid.Byte()).Draw(t, "statement")
		seal, err := s.Sign(ctx, update, said)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Public().Verify(update, said, seal); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEd25519NonCanonicalS(t *testing.T) {
	s := newSigner(t, 1)
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	bad := resealed(s, func(b []byte) []byte {
		scalar := slices.Clone(b[32:])
		slices.Reverse(scalar)
		new(big.Int).Add(new(big.Int).SetBytes(scalar), order).FillBytes(scalar)
		slices.Reverse(scalar)
		return append(b[:32:32], scalar...)
	}, mustSeal(t, s, update))
	refused(t, holding(t, s), s.Public(), bad, ErrBadSeal)
}

func TestPS256OtherSaltLengths(t *testing.T) {
	key := privateKey(t, "rsa2048.pem").(*rsa.PrivateKey)
	s := signerFor(t, key)
	digest := sha256.Sum256(sign1.ToBeSigned(header(s), statement))
	for _, salt := range []int{1, 20, 64, rsa.PSSSaltLengthAuto} {
		opts := &rsa.PSSOptions{SaltLength: salt, Hash: pssOptions.Hash}
		signature, err := key.Sign(entropy(3), digest[:], opts)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, holding(t, s), s.Public(), sign1.AppendSeal(nil, header(s), signature), ErrBadSeal)
	}
	signature, err := key.Sign(entropy(3), digest[:], pssOptions.Hash) // PKCS #1 v1.5
	if err != nil {
		t.Fatal(err)
	}
	refused(t, holding(t, s), s.Public(), sign1.AppendSeal(nil, header(s), signature), ErrBadSeal)
}

// TestEd25519SmallOrderKey shows what such a key would allow, and that it is
// refused in both signs of x and in every form.
func TestEd25519SmallOrderKey(t *testing.T) {
	identity, _ := hex.DecodeString(smallOrder[0])
	forged := append(slices.Clone(identity), make([]byte, 32)...)
	if !ed25519.Verify(identity, []byte("anything"), forged) {
		t.Error("the attack that the list prevents does not exist")
	}
	for _, text := range smallOrder {
		for _, sign := range []byte{0, 0x80} {
			x, _ := hex.DecodeString(text)
			x[31] |= sign
			if _, err := NewPublicKey(ed25519.PublicKey(x)); !errors.Is(err, ErrKey) {
				t.Errorf("%x: %v", x, err)
			}
			if _, err := ParsePublicKey(sign1.AppendEd25519(nil, x)); !errors.Is(err, ErrKey) {
				t.Errorf("%x as COSE_Key: %v", x, err)
			}
		}
	}
}

// TestSmallOrderListIsComplete doubles each point three times and reaches the
// neutral element; there are eight such points, one or two for each y.
func TestSmallOrderListIsComplete(t *testing.T) {
	points := 0
	for _, text := range smallOrder {
		encoded, _ := hex.DecodeString(text)
		slices.Reverse(encoded)
		y := new(big.Int).SetBytes(encoded)
		x := rootFor(t, y)
		if points++; x.Sign() != 0 {
			points++
		}
		for range 3 {
			x, y = double(x, y)
		}
		if x.Sign() != 0 || y.Cmp(big.NewInt(1)) != 0 {
			t.Errorf("%s is not of small order", text)
		}
	}
	if points != 8 {
		t.Errorf("%d points", points)
	}
}

func inverse(n *big.Int) *big.Int { return new(big.Int).ModInverse(n, edwardsPrime) }
func product(ns ...*big.Int) *big.Int {
	p := big.NewInt(1)
	for _, n := range ns {
		p.Mod(p.Mul(p, n), edwardsPrime)
	}
	return p
}

func rootFor(t *testing.T, y *big.Int) *big.Int {
	t.Helper()
	square := product(y, y)
	over := new(big.Int).Sub(square, big.NewInt(1))
	under := new(big.Int).Add(product(edwardsD, square), big.NewInt(1))
	x := new(big.Int).ModSqrt(product(over.Mod(over, edwardsPrime), inverse(under)), edwardsPrime)
	if x == nil {
		t.Fatalf("%x is not on the curve", y)
	}
	return x
}

// double applies the addition law of RFC 8032, section 5.1, in affine form.
func double(x, y *big.Int) (*big.Int, *big.Int) {
	one := big.NewInt(1)
	k := product(edwardsD, x, x, y, y)
	top := product(big.NewInt(2), x, y)
	side := new(big.Int).Add(product(y, y), product(x, x))
	return product(top, inverse(new(big.Int).Add(one, k))),
		product(side, inverse(new(big.Int).Mod(new(big.Int).Sub(one, k), edwardsPrime)))
}

func TestEd25519NonCanonicalAndOffCurveKeys(t *testing.T) {
	little := func(n *big.Int) []byte {
		b := n.FillBytes(make([]byte, 32))
		slices.Reverse(b)
		return b
	}
	for offset := range int64(19) { // p+0 … p+18 are all the encodings of y ≥ p
		y := little(new(big.Int).Add(edwardsPrime, big.NewInt(offset)))
		for _, sign := range []byte{0, 0x80} {
			y[31] = y[31]&0x7f | sign
			if err := checkEdwards(y); err == nil {
				t.Errorf("%x is accepted", y)
			}
		}
	}
	if err := checkEdwards(little(big.NewInt(2))); err == nil {
		t.Error("y = 2 is not on the curve")
	}
	if err := checkEdwards(make([]byte, 31)); err == nil {
		t.Error("31 bytes are accepted")
	}
	rapid.Check(t, func(t *rapid.T) { // real keys pass, and half of all others have no point
		seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")
		if err := checkEdwards(ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)); err != nil {
			t.Fatal(err)
		}
	})
}
