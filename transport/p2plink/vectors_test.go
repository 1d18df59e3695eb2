package p2plink

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// hexed is bytes that a vector has in hexadecimal.
type hexed []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *hexed) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// vector is one message of testdata/messages.json, which the command internal/vectors makes
// without this package.
type vector struct {
	Name, Kind, URL, Error             string
	Hex, Caller, Called, Nonce, Secret hexed
	Topic                              hexed
	User, Asks, Holds                  bool
}

func vectors(tb testing.TB) (all []vector) {
	tb.Helper()
	file, err := os.ReadFile("testdata/messages.json")
	if err == nil {
		err = json.Unmarshal(file, &all)
	}
	if err != nil || len(all) == 0 {
		tb.Fatalf("%d vectors: %v", len(all), err)
	}
	return all
}

// TestVectors: messages that were made by p2plink.cddl alone are read, and written as they were;
// bad ones are refused with the error that the vector names.
func TestVectors(t *testing.T) {
	sentinels := map[string]error{"": nil, "ErrMalformed": transport.ErrMalformed, "ErrKey": signature.ErrKey, "ErrPeerKey": transport.ErrPeerKey}
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			want, ok := sentinels[v.Error]
			if !ok {
				t.Fatalf("nobody knows %s", v.Error)
			}
			if got := URL(peer.ID(v.Called)); got != v.URL {
				t.Errorf("the host is at %s", got)
			}
			read := v.answer
			if v.Kind == "question" {
				read = v.question
			}
			if err := read(t); !errors.Is(err, want) {
				t.Errorf("%v, not %v", err, want)
			}
		})
	}
}

// question reads a question, and compares it.
func (v vector) question(t *testing.T) error {
	q, err := decodeQuestion(v.Hex)
	if err != nil {
		return err
	}
	if !bytes.Equal(q.encode(), v.Hex) || !bytes.Equal(q.nonce[:], v.Nonce) {
		t.Errorf("it is read as %+v", q)
	}
	if (q.topic == nil) != (len(v.Secret) == 0) || q.topic != nil && *q.topic != v.topic() {
		t.Errorf("it asks for %x", q.topic)
	}
	if asks := len(v.Secret) > 0 && q.asks(v.Secret, peer.ID(v.Caller), peer.ID(v.Called)); asks != v.Asks {
		t.Errorf("it proves that the caller knows that: %v", asks)
	}
	return nil
}

// topic is what the package makes of the secret.
func (v vector) topic() topic {
	if v.User {
		return homeOf(collection.UserID(v.Secret))
	}
	return topicOf(collection.Digest(v.Secret))
}

// answer reads an answer, and compares it.
func (v vector) answer(t *testing.T) error {
	a, err := decodeAnswer(v.Hex)
	if err != nil {
		return err
	}
	if again, err := a.encode(); err != nil || !bytes.Equal(again, v.Hex) {
		t.Errorf("it is written as %x, %v", again, err)
	}
	called := peer.ID(v.Called)
	if err := a.check(called); err != nil {
		return err
	}
	if holds := len(v.Secret) > 0 && a.holds(v.Secret, peer.ID(v.Caller), called, question{nonce: [nonceSize]byte(v.Nonce)}); holds != v.Holds {
		t.Errorf("it proves that the station serves it: %v", holds)
	}
	if len(a.endpoint) > 0 {
		e, err := collection.DecodeEndpoint(a.endpoint)
		if serves, _ := e.Serves(v.URL); err != nil || !serves || e.Key != collection.KeyID(a.key.ID()) {
			t.Errorf("it serves at %+v, %v", e, err)
		}
	}
	return nil
}
