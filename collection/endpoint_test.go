package collection_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// station seals, and vouches for what it has sealed, as one key of one user.
type station struct {
	user collection.UserID
	key  collection.KeyID
	at   time.Time // of the last verification
}

func (s *station) Sign(_ context.Context, typ string, statement []byte) ([]byte, error) {
	return append([]byte(typ), statement...), nil
}

// ID implements collection.Signer.
func (s *station) ID() [32]byte { return s.key }

func (s *station) Verify(_ context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	s.at = issued
	if !bytes.Equal(seal, append([]byte(typ), statement...)) {
		return user, key, collection.ErrBadSeal
	}
	return s.user, s.key, nil
}

// A station says where it serves. Whoever is handed the endpoint verifies it, dials one
// of the URLs and requires the key.
func ExampleEndpoint() {
	ctx := context.Background()
	home := &station{user: collection.UserID{1}, key: collection.KeyID{2}} // in practice, package signature's
	e, err := collection.Endpoint{User: home.user, Key: home.key, Number: 1, URLs: []string{"https://192.0.2.7:8443"}}.Sign(ctx, home)
	if err != nil {
		fmt.Println(err)
		return
	}
	data, _ := e.MarshalBinary()

	heard, _ := collection.DecodeEndpoint(data)
	fmt.Println(heard.Verify(ctx, home, time.Now()))
	fmt.Println(heard.Serves("https://192.0.2.7:8443"))
	fmt.Println(heard.Serves("https://192.0.2.66"))
	// Output:
	// <nil>
	// true false
	// false false
}

// TestEndpointIsItsStations: each field is sealed, and neither another key nor another
// user's key stands.
func TestEndpointIsItsStations(t *testing.T) {
	home := &station{user: collection.UserID{1}, key: collection.KeyID{2}}
	whole := collection.Endpoint{User: home.user, Key: home.key, Number: 3, URLs: []string{"https://a"}, Web: []string{"https://b"}}
	whole, err := whole.Sign(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	if err := whole.Verify(t.Context(), home, now); err != nil || home.at != now {
		t.Errorf("%v, asked for %v", err, home.at)
	}
	for what, change := range map[string]func(e *collection.Endpoint){
		"user":   func(e *collection.Endpoint) { e.User[0]++ },
		"key":    func(e *collection.Endpoint) { e.Key[0]++ },
		"number": func(e *collection.Endpoint) { e.Number++ },
		"urls":   func(e *collection.Endpoint) { e.URLs = []string{"https://relay"} },
		"web":    func(e *collection.Endpoint) { e.Web = append(e.Web, "https://relay") },
		"lists":  func(e *collection.Endpoint) { e.URLs, e.Web = nil, []string{"https://a", "https://b"} },
		"seal":   func(e *collection.Endpoint) { e.Seal = nil },
	} {
		e := whole
		if change(&e); !errors.Is(e.Verify(t.Context(), home, now), collection.ErrBadSeal) {
			t.Errorf("%s changed: %v", what, e.Verify(t.Context(), home, now))
		}
	}
	for _, other := range []*station{{user: collection.UserID{9}, key: home.key}, {user: home.user, key: collection.KeyID{9}}} {
		if err := whole.Verify(t.Context(), other, now); !errors.Is(err, collection.ErrNotAuthorised) {
			t.Errorf("of the user %v with the key %v: %v", other.user, other.key, err)
		}
	}
}

// TestEndpointsThatAreNone: what a decoder would refuse is neither sealed nor encoded.
func TestEndpointsThatAreNone(t *testing.T) {
	home := &station{user: collection.UserID{1}, key: collection.KeyID{2}}
	for what, change := range map[string]func(e *collection.Endpoint){
		"no number":  func(e *collection.Endpoint) { e.Number = 0 },
		"no key":     func(e *collection.Endpoint) { e.Key = collection.KeyID{} },
		"empty URL":  func(e *collection.Endpoint) { e.URLs = []string{""} },
		"many URLs":  func(e *collection.Endpoint) { e.URLs = strings.Split("abcde", "") },
		"long URL":   func(e *collection.Endpoint) { e.Web = []string{strings.Repeat("u", collection.MaxURL+1)} },
		"other text": func(e *collection.Endpoint) { e.Web = []string{"\xff"} },
	} {
		e := collection.Endpoint{User: home.user, Key: home.key, Number: 1}
		change(&e)
		_, sealed := e.Sign(t.Context(), home)
		_, encoded := e.MarshalBinary()
		for _, err := range []error{sealed, encoded} {
			if !errors.Is(err, collection.ErrMalformed) && !errors.Is(err, collection.ErrLimit) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}

func FuzzDecodeEndpoint(f *testing.F) {
	seed(f, "endpoint", func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := collection.DecodeEndpoint(b)
		if err != nil {
			checkPlace(t, err, len(b))
			return
		}
		checkSame(t, e, b)
		if len(e.URLs) > collection.MaxURLs || len(e.Web) > collection.MaxURLs || e.Number == 0 {
			t.Fatalf("accepted: %+v", e)
		}
	})
}
