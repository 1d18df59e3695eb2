package webhook

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

// TestStandardSignature: the signature is that of the specification's own example.
func TestStandardSignature(t *testing.T) {
	key, err := decodeSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// TestNoEvent: what is signed and no event of a hub's is refused.
func TestNoEvent(t *testing.T) {
	for body, want := range map[string]error{
		`{"specversion":"1.0","id":"1","source":"s","type":"org.glimpse-go.collection.shared"}`: nil,
		`{"specversion":"0.3","id":"1","source":"s","type":"org.glimpse-go.collection.shared"}`: ErrMalformed,
		`{"specversion":"1.0","id":"2","source":"s","type":"org.glimpse-go.collection.shared"}`: ErrMalformed, // of another message
		`{"specversion":"1.0","source":"s","type":"org.glimpse-go.collection.shared"}`:          ErrMalformed,
		`{"specversion":"1.0","id":"1","type":"org.glimpse-go.collection.shared"}`:              ErrMalformed,
		`{"specversion":"1.0","id":"1","source":"s","type":"com.example.shared"}`:               ErrMalformed,
		`[]`: ErrMalformed,
	} {
		if _, err := receiveSigned(t, []byte(body)); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// receiveSigned receives a body that is signed as a message with the id 1.
func receiveSigned(t *testing.T, body []byte) (Event, error) {
	t.Helper()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	key, err := decodeSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	sign(r.Header, key, "1", strconv.FormatInt(now.Unix(), 10), body)
	return Receive(r, secret, now)
}

// FuzzReceive: a body that is signed is an event, or refused as none.
func FuzzReceive(f *testing.F) {
	f.Add([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"org.glimpse-go.collection.shared"}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := receiveSigned(t, body)
		if err != nil && !errors.Is(err, ErrMalformed) || err == nil && (e.ID != "1" || e.SpecVersion != "1.0") {
			t.Errorf("%+v, %v", e, err)
		}
	})
}
