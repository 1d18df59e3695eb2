package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
)

// The headers of a signed message, and what a secret and a signature begin with (Standard
// Webhooks 1.0).
const (
	headerID        = "Webhook-Id"
	headerTime      = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
	secretPrefix    = "whsec_"
	version         = "v1,"
)

// A secret has so many bytes.
const (
	minSecret = 24
	maxSecret = 64
)

// ErrSecret says that a text is no secret.
var ErrSecret = errors.New("webhook: no secret")

// NewSecret makes the secret of a receiver, which is put behind "#" of its URL.
func NewSecret(random io.Reader) (string, error) {
	secret := make([]byte, 32)
	_, err := io.ReadFull(random, secret)
	return secretPrefix + base64.StdEncoding.EncodeToString(secret), err
}

func decodeSecret(s string) ([]byte, error) {
	text, ok := strings.CutPrefix(s, secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(secret) < minSecret || len(secret) > maxSecret {
		return nil, ErrSecret // it is not repeated
	}
	return secret, nil
}

// sign sets the headers of a message.
func sign(h http.Header, secret []byte, id, at string, body []byte) {
	h.Set(headerID, id)
	h.Set(headerTime, at)
	h.Set(headerSignature, version+signature(secret, id, at, body))
}

// signature is HMAC-SHA256 over id.time.body, in base64.
func signature(secret []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte(id + "." + at + ".")) // never fails
	_, _ = mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
