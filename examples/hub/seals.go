package main

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// bySeal lets stations in by the seals of their own keys, so that no station has a token
// that could be lost.
func bySeal(h *hub.Hub) httplink.Authenticator {
	return httplink.BySeal(hubKeys{h}, h.PublicKey().ID(), nil)
}

// hubKeys are the keys that a hub knows.
type hubKeys struct{ *hub.Hub }

// Verify implements collection.Verifier.
func (k hubKeys) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	request := transport.VerifyRequest{Type: typ, Statement: statement, Seal: seal}
	if !issued.IsZero() {
		request.Issued = issued.Unix()
	}
	answer, err := k.As(collection.UserID{}).VerifySeal(ctx, request)
	if err == nil {
		err = answer.Err()
	}
	return answer.User, answer.Key, err
}

// Learn implements httplink.Keys: a hub goes by what it has been told before.
func (hubKeys) Learn(context.Context, [][]byte) error { return nil }
