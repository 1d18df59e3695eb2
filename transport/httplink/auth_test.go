package httplink

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

// FuzzProof feeds headers to the authentication: it never panics, and lets
// nobody in whose seal is not over the request.
func FuzzProof(f *testing.F) {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	signer, err := signature.NewSigner(key, nil)
	if err != nil {
		f.Fatal(err)
	}
	at := time.Unix(1_800_000_000, 0)
	caller := Caller{User: collection.UserID{1}, Signer: signer, Now: func() time.Time { return at }}
	good := httptest.NewRequest("GET", "/v1/originals", nil)
	if err := Sealed(caller, collection.UserID{2})(good); err != nil {
		f.Fatal(err)
	}
	data, err := base64.RawURLEncoding.DecodeString(good.Header.Get("Authorization")[len("Glimpse "):])
	if err != nil {
		f.Fatal(err)
	}
	keys := new(signature.Keyring)
	if err := keys.Trust(caller.User, signer.Public()); err != nil {
		f.Fatal(err)
	}
	who := BySeal(forgetful{keys}, collection.UserID{2}, caller.Now)
	if user, err := who.Authenticate(good); user != caller.User || err != nil {
		f.Fatalf("the good request: %v, %v", user, err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, proof []byte) {
		r := httptest.NewRequest("GET", "/v1/originals", nil)
		r.Header.Set("Authorization", "Glimpse "+base64.RawURLEncoding.EncodeToString(proof))
		if _, err := who.Authenticate(r); err == nil && string(proof[:18]) != string(data[:18]) {
			t.Errorf("let in with %x", proof)
		}
		r = httptest.NewRequest("GET", "/v1/share", nil)
		r.Header.Set("Authorization", "Glimpse "+base64.RawURLEncoding.EncodeToString(proof))
		if user, err := who.Authenticate(r); err == nil {
			t.Errorf("%v let in to another path with %x", user, proof)
		}
	})
}

// forgetful learns no keys.
type forgetful struct{ *signature.Keyring }

func (forgetful) Learn(context.Context, [][]byte) error { return nil }
