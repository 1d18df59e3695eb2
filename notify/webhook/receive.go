package webhook

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The errors of what was received. Who serves a webhook answers 400 to all of them.
var (
	ErrMalformed = errors.New("webhook: no event")
	ErrSignature = errors.New("webhook: signature")
	ErrStale     = errors.New("webhook: sent too long ago, or in the future")
)

const (
	tolerance = 5 * time.Minute
	maxBody   = 64 << 20 // bytes
)

// Receive reads an event that was sent to a receiver with a secret, as [NewSecret] makes it, and
// checks who has sent it, and that it was sent not more than five minutes before or after now.
// Within these, the same event may come twice, sent again by the hub or by somebody who has
// listened: its ID tells. It reads the body, of at most 64 MiB. The errors wrap ErrSecret,
// ErrMalformed, ErrSignature or ErrStale.
func Receive(r *http.Request, secret string, now time.Time) (Event, error) {
	key, err := decodeSecret(secret)
	if err != nil {
		return Event{}, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if err := verify(r.Header, key, body, now); err != nil {
		return Event{}, err
	}
	return read(r.Header, body)
}

// read reads an event whose sender is known.
func read(h http.Header, body []byte) (e Event, err error) {
	if kind, _, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || kind != mediaType {
		return Event{}, fmt.Errorf("%w: content type", ErrMalformed)
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if e.SpecVersion != specVersion || e.ID == "" || e.Source == "" || !strings.HasPrefix(e.Type, typePrefix) || e.ID != h.Get(headerID) {
		return Event{}, fmt.Errorf("%w: attributes", ErrMalformed)
	}
	return e, nil
}

// verify checks the signatures of a message, of which one must be right, and its time.
func verify(h http.Header, secret, body []byte, now time.Time) error {
	id, at := h.Get(headerID), h.Get(headerTime)
	want := []byte(version + signature(secret, id, at, body))
	good := false
	for s := range strings.FieldsSeq(h.Get(headerSignature)) {
		good = good || hmac.Equal([]byte(s), want)
	}
	if !good {
		return ErrSignature
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return ErrStale
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return ErrStale
	}
	return nil
}
