package httplink

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

var (
	_ transport.RemoteVerifier = (*Client)(nil)
	_ collection.Verifier      = (*Client)(nil)
)

func (s Server) verifySeal(w http.ResponseWriter, r *http.Request, who Identity) error {
	m, err := readMessage[transport.VerifyRequest](s, r)
	if err != nil {
		return err
	}
	answer, err := s.RemoteVerifier(who).VerifySeal(r.Context(), m)
	return reply(w, answer, err)
}

// VerifySeal implements transport.RemoteVerifier.
func (c *Client) VerifySeal(ctx context.Context, s transport.VerifyRequest) (transport.VerifyResponse, error) {
	return call[transport.VerifyResponse](ctx, c, "/v1/verify", s)
}

// Verify implements collection.Verifier by asking the hub: for a client that does
// not have the keys. The hub is believed, as far as the connection to it is; it is
// told the statement, not the collection. Errors wrap those of
// collection.Verifier where the hub refuses the seal, else those of package
// transport.
func (c *Client) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	s := transport.VerifyRequest{Type: typ, Statement: statement, Seal: seal}
	if !issued.IsZero() {
		s.Issued = issued.Unix()
	}
	v, err := c.VerifySeal(ctx, s)
	if err != nil {
		return user, key, err
	}
	if err := v.Err(); err != nil {
		return user, key, fmt.Errorf("hub: %w", err)
	}
	return v.User, v.Key, nil
}
