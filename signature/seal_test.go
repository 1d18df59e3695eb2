package signature

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

func TestSealsOfEveryAlgorithmVerify(t *testing.T) {
	for a, s := range signers(t) {
		seal := mustSeal(t, s, update)
		if err := s.Public().Verify(update, statement, seal); err != nil {
			t.Errorf("%v: %v", a, err)
		}
		user, key, err := holding(t, s).Verify(ctx, update, statement, seal, noon)
		if err != nil || user != alice || key != s.Public().ID() || s.Public().Algorithm() != a {
			t.Errorf("%v: user %x, key %x, %v", a, user, key, err)
		}
	}
}

func TestSizesOnTheWire(t *testing.T) {
	s := newSigner(t, 1)
	if seal := mustSeal(t, s, edition); len(edition) != 27 || len(seal) != 140 {
		t.Errorf("a seal with a type of %d characters has %d bytes", len(edition), len(seal))
	}
	header := sign1.AppendHeader(nil, Ed25519, edition, s.public.id)
	if n := len(sign1.ToBeSigned(header, make([]byte, 112))); n != 197 {
		t.Errorf("%d bytes are signed for a statement of 112", n)
	}
	biggest := sign1.AppendSeal(nil, sign1.AppendHeader(nil, PS256, strings.Repeat("t", MaxType), s.public.id), make([]byte, MaxRSA/8))
	if len(biggest) > MaxSeal {
		t.Errorf("the greatest seal has %d bytes", len(biggest))
	}
}

func TestSealsAreDeterministicWithoutRandomness(t *testing.T) {
	for _, name := range []string{"ed25519.pem", "p256.pem"} {
		s, err := NewSigner(privateKey(t, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(mustSeal(t, s, update), mustSeal(t, s, update)) {
			t.Errorf("%s: two seals differ", name)
		}
	}
}

// TestHostileSeals signs every variant properly: only its form is wrong.
func TestHostileSeals(t *testing.T) {
	s := newSigner(t, 1)
	good := mustSeal(t, s, update)
	id := s.public.id[:]
	signature := good[len(good)-64:]
	alg := []byte{1, 0x27}
	typ := wire.AppendText([]byte{3}, update)
	kid := wire.AppendBytes([]byte{4}, id)
	withMap := func(n byte, members ...[]byte) []byte {
		return handmade(t, s, append([]byte{0xa0 | n}, slices.Concat(members...)...))
	}
	outer := func(unprotected, payload, signature []byte) []byte {
		return slices.Concat([]byte{sign1.Tag, 0x84}, wire.AppendBytes(nil, header(s)), unprotected, payload, signature)
	}
	sig := wire.AppendBytes(nil, signature)
	cases := []struct {
		name string
		seal []byte
		want error
	}{
		{"empty", nil, ErrUnsigned},
		{"one byte", []byte{sign1.Tag}, ErrMalformed},
		{"no tag", good[1:], ErrMalformed},
		{"another tag", append([]byte{0xd1}, good[1:]...), ErrMalformed},
		{"tag in a longer form", append([]byte{0xd8, 18}, good[1:]...), ErrMalformed},
		{"truncated", good[:len(good)-1], ErrMalformed},
		{"trailing byte", append(slices.Clone(good), 0), ErrMalformed},
		{"oversized", append(slices.Clone(good), make([]byte, MaxSeal)...), ErrMalformed},
		{"oversized signature", outer([]byte{0xa0}, []byte{sign1.Null}, wire.AppendBytes(nil, make([]byte, MaxSeal))), ErrMalformed},
		{"payload attached", outer([]byte{0xa0}, wire.AppendBytes(nil, statement), sig), ErrMalformed},
		{"payload empty", outer([]byte{0xa0}, []byte{0x40}, sig), ErrMalformed},
		{"payload undefined", outer([]byte{0xa0}, []byte{0xf7}, sig), ErrMalformed},
		{"algorithm also unprotected", outer([]byte{0xa1, 1, 0x27}, []byte{sign1.Null}, sig), ErrMalformed},
		{"key id also unprotected", outer(append([]byte{0xa1}, kid...), []byte{sign1.Null}, sig), ErrMalformed},
		{"unprotected is null", outer([]byte{sign1.Null}, []byte{sign1.Null}, sig), ErrMalformed},
		{"signature is an array", outer([]byte{0xa0}, []byte{sign1.Null}, append([]byte{0x98, 64}, bytes.Repeat([]byte{1}, 64)...)), ErrMalformed},
		{"signature in a longer form", outer([]byte{0xa0}, []byte{sign1.Null}, append([]byte{0x59, 0, 64}, signature...)), ErrMalformed},
		{"indefinite length", slices.Concat(good[:1], []byte{0x9f}, good[2:], []byte{0xff}), ErrMalformed},
		{"five elements", slices.Concat(good[:1], []byte{0x85}, good[2:], []byte{0}), ErrMalformed},
		{"algorithm only unprotected", slices.Concat([]byte{sign1.Tag, 0x84},
			wire.AppendBytes(nil, slices.Concat([]byte{0xa2}, typ, kid)), []byte{0xa1, 1, 0x27, sign1.Null}, sig), ErrMalformed},
		{"unknown critical header", withMap(5, alg, []byte{2, 0x81, 0x18, 99}, typ, kid, []byte{0x18, 99, 0}), ErrMalformed},
		{"empty critical header", withMap(4, alg, []byte{2, 0x80}, typ, kid), ErrMalformed},
		{"unknown header", withMap(4, alg, typ, kid, []byte{0x18, 99, 0}), ErrMalformed},
		{"header twice", withMap(4, alg, alg, typ, kid), ErrMalformed},
		{"headers in another order", withMap(3, typ, alg, kid), ErrMalformed},
		{"header label in a longer form", withMap(3, []byte{0x18, 1, 0x27}, typ, kid), ErrMalformed},
		{"algorithm in a longer form", withMap(3, []byte{1, 0x38, 7}, typ, kid), ErrMalformed},
		{"algorithm as text", withMap(3, []byte{1, 0x65, 'E', 'd', 'D', 'S', 'A'}, typ, kid), ErrMalformed},
		{"no algorithm", withMap(2, typ, kid), ErrMalformed},
		{"no content type", withMap(2, alg, kid), ErrMalformed},
		{"no key id", withMap(2, alg, typ), ErrMalformed},
		{"content type as a number", withMap(3, alg, []byte{3, 0}, kid), ErrMalformed},
		{"content type is not UTF-8", withMap(3, alg, []byte{3, 0x61, 0xff}, kid), ErrMalformed},
		{"content type too long", withMap(3, alg, wire.AppendText([]byte{3}, strings.Repeat("t", MaxType+1)), kid), ErrMalformed},
		{"key id of 8 bytes", withMap(3, alg, typ, wire.AppendBytes([]byte{4}, id[:8])), ErrMalformed},
		{"header empty", handmade(t, s, nil), ErrMalformed},
		{"header with trailing byte", handmade(t, s, append(header(s), 0)), ErrMalformed},
		{"algorithm not known", withMap(3, []byte{1, 0x26 + 3}, typ, kid), ErrAlgorithm},
		{"algorithm HMAC", withMap(3, []byte{1, 5}, typ, kid), ErrAlgorithm},
		{"algorithm RS256", withMap(3, []byte{1, 0x39, 1, 0}, typ, kid), ErrAlgorithm},
		{"no signature", outer([]byte{0xa0}, []byte{sign1.Null}, []byte{0x40}), ErrBadSeal},
		{"signature too short", outer([]byte{0xa0}, []byte{sign1.Null}, wire.AppendBytes(nil, signature[:63])), ErrBadSeal},
		{"signature too long", outer([]byte{0xa0}, []byte{sign1.Null}, wire.AppendBytes(nil, append(signature[:64:64], 0))), ErrBadSeal},
	}
	ring := holding(t, s)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			refused(t, ring, s.Public(), c.seal, c.want)
		})
	}
	if err := s.Public().Verify(update, statement, good); err != nil {
		t.Error("the good seal was changed:", err)
	}
}

// refused checks that neither a keyring nor the key itself accepts the seal.
func refused(t *testing.T, ring *Keyring, key PublicKey, seal []byte, want error) {
	t.Helper()
	user, id, err := ring.Verify(ctx, update, statement, seal, noon)
	if !errors.Is(err, want) || user != [16]byte{} || id != [32]byte{} {
		t.Errorf("keyring: user %x, key %x, error %v, want %v", user, id, err, want)
	}
	var place *SealError
	if err := key.Verify(update, statement, seal); !errors.Is(err, want) || !errors.As(err, &place) || place.Type != update {
		t.Errorf("key: error %v, want %v", err, want)
	}
	if !errors.Is(err, Err) {
		t.Error("not of the family:", err)
	}
}

func TestSealOfOnePurposeUsedForAnother(t *testing.T) {
	s := newSigner(t, 1)
	refused(t, holding(t, s), s.Public(), mustSeal(t, s, edition), ErrPurpose)
	if !errors.Is(ErrPurpose, ErrBadSeal) {
		t.Error("ErrPurpose is not an ErrBadSeal")
	}
}

func TestSealOfAnotherStatement(t *testing.T) {
	s := newSigner(t, 1)
	seal, err := s.Sign(ctx, update, []byte("another statement"))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, holding(t, s), s.Public(), seal, ErrBadSeal)
}

func TestSealByAnUnknownKey(t *testing.T) {
	known, unknown := newSigner(t, 1), newSigner(t, 2)
	seal := mustSeal(t, unknown, update)
	refused(t, holding(t, known), known.Public(), seal, ErrUnknownKey)
	_, _, err := new(Keyring).Verify(ctx, update, statement, seal, noon)
	var place *SealError
	if !errors.As(err, &place) || place.Key != unknown.Public().ID() {
		t.Errorf("the error does not say which key to look for: %v", err)
	}
	if err := (PublicKey{}).Verify(update, statement, seal); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("the zero key: %v", err)
	}
}

// TestKeyConfusionBetweenAlgorithms names one key and the algorithm of another.
func TestKeyConfusionBetweenAlgorithms(t *testing.T) {
	all := signers(t)
	for a, victim := range all {
		for b, attacker := range all {
			if a == b {
				continue
			}
			claim := sign1.AppendHeader(nil, b, update, victim.public.id)
			refused(t, holding(t, victim), victim.Public(), handmade(t, attacker, claim), ErrAlgorithm)
		}
	}
}

func TestNarrowedAlgorithms(t *testing.T) {
	for a, s := range signers(t) {
		ring := holding(t, s)
		ring.Algorithms = Algorithms{Ed25519, ES256, PS256}
		if _, _, err := ring.Verify(ctx, update, statement, mustSeal(t, s, update), noon); err != nil {
			t.Errorf("%v: %v", a, err)
		}
		ring.Algorithms = slices.DeleteFunc(Algorithms{Ed25519, ES256, PS256}, func(b Algorithm) bool { return a == b })
		if _, _, err := ring.Verify(ctx, update, statement, mustSeal(t, s, update), noon); !errors.Is(err, ErrAlgorithm) {
			t.Errorf("%v was accepted: %v", a, err)
		}
	}
	if (Algorithms{-257}).Allows(-257) {
		t.Error("a list cannot allow what is not implemented")
	}
}

func TestFlippingAnyBitOfASeal(t *testing.T) {
	for a, s := range signers(t) {
		ring, good := holding(t, s), mustSeal(t, s, update)
		for bit := range len(good) * 8 {
			bad := slices.Clone(good)
			bad[bit/8] ^= 1 << (bit % 8)
			if _, _, err := ring.Verify(ctx, update, statement, bad, noon); !errors.Is(err, Err) {
				t.Fatalf("%v, bit %d: %v", a, bit, err)
			}
		}
	}
}

func TestAnyChangeIsRefused(t *testing.T) {
	s := newSigner(t, 1)
	ring := holding(t, s)
	rapid.Check(t, func(t *rapid.T) {
		statement := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "statement")
		good, err := s.Sign(ctx, update, statement)
		if err != nil {
			t.Fatal(err)
		}
		seal, said := slices.Clone(good), slices.Clone(statement)
		target := rapid.SampledFrom([][]byte{seal, said}).Draw(t, "target")
		at := rapid.IntRange(0, len(target)-1).Draw(t, "at")
		target[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if _, _, err := ring.Verify(ctx, update, said, seal, noon); !errors.Is(err, Err) {
			t.Fatal("accepted:", err)
		}
		if _, _, err := ring.Verify(ctx, update, statement, good, noon); err != nil {
			t.Fatal(err)
		}
	})
}

func TestVerifyingAndSealingHeedTheContext(t *testing.T) {
	s := newSigner(t, 1)
	over, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Sign(over, update, statement); !errors.Is(err, context.Canceled) {
		t.Error("Sign:", err)
	}
	if _, _, err := holding(t, s).Verify(over, update, statement, mustSeal(t, s, update), noon); !errors.Is(err, context.Canceled) {
		t.Error("Verify:", err)
	}
}

func TestContentTypesThatCannotBeSealed(t *testing.T) {
	for _, typ := range []string{"", " a/b", "a/b\n", "a/é", strings.Repeat("t", MaxType+1)} {
		if _, err := newSigner(t, 1).Sign(ctx, typ, statement); !errors.Is(err, ErrPurpose) {
			t.Errorf("%q: %v", typ, err)
		}
	}
}
