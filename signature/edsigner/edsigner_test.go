package edsigner_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/signature/edsigner"
)

var _ collection.Signer = (*edsigner.Signer)(nil)

// A camera makes its key once, and sends the public part to its hub.
func Example() {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)) // from ed25519.GenerateKey
	camera, err := edsigner.New(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	seal, err := camera.Sign(context.Background(), "application/glimpse.edition", []byte("a statement"))
	fmt.Println(len(seal), "bytes of seal,", err)

	var public signature.PublicKey // at the hub
	fmt.Println(public.UnmarshalBinary(camera.PublicKey()))
	fmt.Println(public.Verify("application/glimpse.edition", []byte("a statement"), seal))
	// Output:
	// 140 bytes of seal, <nil>
	// <nil>
	// <nil>
}

// TestSealsAreThoseOfPackageSignature: byte for byte.
func TestSealsAreThoseOfPackageSignature(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	small, err := edsigner.New(key)
	if err != nil {
		t.Fatal(err)
	}
	large, err := signature.NewSigner(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	public, _ := large.Public().MarshalBinary()
	if !bytes.Equal(small.PublicKey(), public) || small.ID() != large.Public().ID() {
		t.Error("another public key")
	}
	for _, typ := range []string{"a", "application/glimpse.edition", strings.Repeat("t", signature.MaxType)} {
		got, err := small.Sign(t.Context(), typ, []byte("statement"))
		want, _ := large.Sign(t.Context(), typ, []byte("statement"))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %x, %v, want %x", typ, got, err, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	noPair := bytes.Clone(key)
	noPair[40] ^= 1
	for name, bad := range map[string]ed25519.PrivateKey{"none": nil, "cut off": key[:32], "no pair": noPair} {
		if _, err := edsigner.New(bad); !errors.Is(err, signature.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := edsigner.New(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []string{"", " a/b", "a/b\n", "a/é", strings.Repeat("t", signature.MaxType+1)} {
		if _, err := s.Sign(t.Context(), typ, nil); !errors.Is(err, signature.ErrPurpose) {
			t.Errorf("%q: %v", typ, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Sign(ctx, "a", nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
