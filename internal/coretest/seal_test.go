package coretest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

var types = []string{collection.TypeEdition, collection.TypeUpdate, collection.TypeAddress, signature.KeyType}

// repurposed is a signer that seals for a purpose, whatever it is asked for.
type repurposed struct {
	*signature.Signer
	typ string
}

func (r repurposed) Sign(ctx context.Context, _ string, statement []byte) ([]byte, error) {
	return r.Signer.Sign(ctx, r.typ, statement)
}

func TestSealOfOnePurposeUsedForAnother(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		mine := must(collection.Blind(holiday, [16]byte{7}, "ben@example.org"))(t)
		for _, typ := range types {
			if typ != collection.TypeEdition {
				w.refused(must(w.c.Sign(ctx, repurposed{w.people["anna"], typ}, noon))(t), signature.ErrPurpose)
				w.refused(must(w.c.CoSign(ctx, repurposed{w.people["hub"], typ}, noon))(t), signature.ErrBadSeal)
			}
			if typ != collection.TypeUpdate {
				u := must(must(w.c.CompleteAll(anna))(t).Sign(ctx, repurposed{w.people["anna"], typ}, later))(t)
				w.refusedUpdate(v, u, signature.ErrPurpose)
			}
			if typ != collection.TypeAddress {
				w.refused(must(w.c.Resolve(ctx, repurposed{w.people["hub"], typ}, mine, ben, later))(t), signature.ErrPurpose)
			}
		}
	})
}

// The seal of one place in another: of the edition on an update, and so on.
func TestSealMovedToAnotherPlace(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := must(w.c.CoSign(ctx, w.people["hub"], later))(t)
		c = w.with(c, w.say("anna", must(c.CompleteAll(anna))(t), nil))
		author := c.Header().AuthorSeal
		w.refused(edited(t, c, func(d *document) { d.updates()[0].([]any)[3] = author }), signature.ErrPurpose)
		w.refused(edited(t, c, func(d *document) {
			d.parts[partAuthorSeal].([]any)[1] = d.updates()[0].([]any)[3]
		}), signature.ErrPurpose)
		w.refused(edited(t, c, func(d *document) {
			d.parts[partAuthoritySeal].([]any)[0], d.parts[partAuthoritySeal].([]any)[1] = uint64(noon.Unix()), author
		}), collection.ErrNotAuthorised)
	})
}

// A cose is a seal taken apart.
type cose struct {
	header    map[int64]any
	other     map[int64]any // unprotected
	payload   any
	signature []byte
}

func openSeal(tb testing.TB, seal []byte) cose {
	tb.Helper()
	var message struct {
		_         struct{} `cbor:",toarray"`
		Header    []byte
		Other     map[int64]any
		Payload   any
		Signature []byte
	}
	var tag cbor.RawTag
	must0(tb, cbor.Unmarshal(seal, &tag))
	must0(tb, cbor.Unmarshal(tag.Content, &message))
	s := cose{other: message.Other, signature: message.Signature}
	must0(tb, cbor.Unmarshal(message.Header, &s.header))
	return s
}

func (s cose) bytes(tb testing.TB) []byte {
	tb.Helper()
	if s.other == nil {
		s.other = map[int64]any{}
	}
	return encoded(tb, cbor.Tag{Number: 18, Content: []any{encoded(tb, s.header), s.other, s.payload, s.signature}})
}

// resealed puts another seal where the author's seal of the edition and the one
// of an update are, and wants both refused.
func (w *world) resealed(change func(seal []byte) []byte, want error) {
	w.tb.Helper()
	w.refused(edited(w.tb, w.c, func(d *document) {
		seal := d.parts[partAuthorSeal].([]any)
		seal[1] = change(slices.Clone(seal[1].([]byte)))
	}), want)
	u := w.say("anna", must(w.c.CompleteAll(anna))(w.tb), nil)
	v := w.verified(w.c)
	w.refusedUpdate(v, editedUpdate(w.tb, u, func(f fields) { f[updateSeal] = change(slices.Clone(u.Seal())) }), want)
}

func (w *world) resealedCOSE(change func(s *cose), want error) {
	w.tb.Helper()
	w.resealed(func(seal []byte) []byte {
		s := openSeal(w.tb, seal)
		change(&s)
		return s.bytes(w.tb)
	}, want)
}

func TestKeyConfusionBetweenAlgorithms(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		own := w.people["anna"].Public().Algorithm()
		for _, a := range []signature.Algorithm{signature.Ed25519, signature.ES256, signature.PS256} {
			if a != own {
				w.resealedCOSE(func(s *cose) { s.header[1] = int64(a) }, signature.ErrAlgorithm)
			}
		}
		// HMAC with the public key as its secret, ES384, ES512, RS256, none.
		for _, a := range []int64{5, -35, -36, -257, 0} {
			w.resealedCOSE(func(s *cose) { s.header[1] = a }, signature.ErrAlgorithm)
		}
		for name := range w.people { // another's key id on the author's signature
			if name != "anna" {
				key := w.key(name)
				w.resealedCOSE(func(s *cose) { s.header[4] = key[:] }, signature.ErrBadSeal)
			}
		}
		w.resealedCOSE(func(s *cose) { s.header[4] = bytes.Repeat([]byte{9}, 32) }, signature.ErrUnknownKey)
	})
}

func TestAlgorithmNotAllowedHere(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		own := w.people["anna"].Public().Algorithm()
		for _, a := range []signature.Algorithm{signature.Ed25519, signature.ES256, signature.PS256} {
			w.ring.Algorithms = signature.Algorithms{a}
			if a == own {
				w.verified(w.c)
			} else {
				w.memory.seen = nil
				w.refused(w.c, signature.ErrAlgorithm)
			}
		}
	})
}

func TestES256HighS(t *testing.T) {
	order := elliptic.P256().Params().N
	w := newWorld(t, signature.ES256)
	w.resealedCOSE(func(s *cose) {
		high := new(big.Int).Sub(order, new(big.Int).SetBytes(s.signature[32:]))
		high.FillBytes(s.signature[32:])
	}, signature.ErrBadSeal)
}

func TestES256InDER(t *testing.T) {
	w := newWorld(t, signature.ES256)
	w.resealedCOSE(func(s *cose) {
		der := struct{ R, S *big.Int }{new(big.Int).SetBytes(s.signature[:32]), new(big.Int).SetBytes(s.signature[32:])}
		s.signature = must(asn1.Marshal(der))(t)
	}, signature.ErrBadSeal)
}

func TestEd25519NonCanonicalS(t *testing.T) {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	w := newWorld(t, signature.Ed25519)
	w.resealedCOSE(func(s *cose) {
		scalar := s.signature[32:]
		slices.Reverse(scalar)
		new(big.Int).Add(new(big.Int).SetBytes(scalar), order).FillBytes(scalar)
		slices.Reverse(scalar)
	}, signature.ErrBadSeal)
}

// A key of small order, whose signatures are good for many messages, never gets
// into a keyring, and its seals are by nobody.
func TestEd25519SmallOrderKey(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	neutral := append([]byte{1}, make([]byte, 31)...)
	if !ed25519.Verify(neutral, []byte("anything"), append(slices.Clone(neutral), make([]byte, 32)...)) {
		t.Fatal("the attack does not exist")
	}
	if _, err := signature.NewPublicKey(ed25519.PublicKey(neutral)); !errors.Is(err, signature.ErrKey) {
		t.Error(err)
	}
	coseKey := encoded(t, map[int64]any{1: 1, -1: 6, -2: neutral})
	if _, err := signature.ParsePublicKey(coseKey); !errors.Is(err, signature.ErrKey) {
		t.Error(err)
	}
	id := collection.Digest(sha(coseKey))
	w.resealedCOSE(func(s *cose) {
		s.header[4] = id[:]
		s.signature = append(slices.Clone(neutral), make([]byte, 32)...)
	}, signature.ErrUnknownKey)
}

func TestSealTruncatedOrWithTrailingBytes(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		for _, cut := range []int{1, 2, 63, 64, 65, 100} {
			w.resealed(func(seal []byte) []byte { return seal[:len(seal)-cut] }, signature.ErrMalformed)
		}
		w.resealed(func(seal []byte) []byte { return append(seal, 0) }, signature.ErrMalformed)
		w.resealedCOSE(func(s *cose) { s.signature = append(s.signature, 0) }, signature.ErrBadSeal)
		w.resealedCOSE(func(s *cose) { s.signature = s.signature[:len(s.signature)-1] }, signature.ErrBadSeal)
		w.resealedCOSE(func(s *cose) { s.signature = []byte{} }, signature.ErrBadSeal)
	})
}

func TestCollectionTruncatedOrWithTrailingBytes(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	u := w.say("cleo", must(w.c.CompleteAll(cleo))(t), nil)
	for _, data := range [][]byte{must(w.with(w.c, u).MarshalBinary())(t), must(u.MarshalBinary())(t)} {
		read := func(data []byte) (err error) {
			if data[0] == 0xda {
				_, err = collection.Decode(data)
			} else {
				_, err = collection.DecodeUpdate(data)
			}
			return err
		}
		for n := 1; n < len(data); n++ {
			if err := read(slices.Clip(data[:n])); !errors.Is(err, collection.ErrTruncated) {
				t.Fatalf("%d of %d bytes: %v", n, len(data), err)
			}
		}
		for _, more := range [][]byte{{0}, {0xf6}, data} {
			if err := read(slices.Concat(data, more)); !errors.Is(err, collection.ErrTrailing) {
				t.Errorf("%d trailing bytes: %v", len(more), err)
			}
		}
	}
}

func TestUnknownCriticalHeader(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		w.resealedCOSE(func(s *cose) { s.header[2], s.header[99] = []any{99}, 1 }, signature.ErrMalformed)
		w.resealedCOSE(func(s *cose) { s.header[2] = []any{} }, signature.ErrMalformed)
		w.resealedCOSE(func(s *cose) { s.header[99] = 1 }, signature.ErrMalformed)
	})
}

func TestUnprotectedHeader(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		w.resealedCOSE(func(s *cose) { s.other = map[int64]any{99: 1} }, signature.ErrMalformed)
		w.resealedCOSE(func(s *cose) { s.other, s.header = map[int64]any{1: s.header[1]}, without(s.header, 1) }, signature.ErrBadSeal)
		w.resealedCOSE(func(s *cose) { s.other, s.header = map[int64]any{4: s.header[4]}, without(s.header, 4) }, signature.ErrBadSeal)
		w.resealedCOSE(func(s *cose) { s.payload = []byte("attached") }, signature.ErrMalformed)
	})
}

func without(header map[int64]any, key int64) map[int64]any {
	delete(header, key)
	return header
}
