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
	_ transport.Judge     = (*Client)(nil)
	_ collection.Verifier = (*Client)(nil)
)

func (s Server) judge(w http.ResponseWriter, r *http.Request, who Identity) error {
	m, err := readMessage[transport.Sealing](s, r)
	if err != nil {
		return err
	}
	verdict, err := s.Judge(who).Judge(r.Context(), m)
	return reply(w, verdict, err)
}

// Judge implements transport.Judge.
func (c *Client) Judge(ctx context.Context, s transport.Sealing) (transport.Verdict, error) {
	return call[transport.Verdict](ctx, c, "/v1/verify", s)
}

// Verify implements collection.Verifier, and signature's, by asking the hub: for
// a client that does not have the keys, alone or behind a keyring in
// signature.Chain. The hub is believed, as far as the connection to it is; it is
// told the statement, not the collection. Errors wrap those of
// collection.Verifier where the hub refuses the seal, else those of package
// transport.
func (c *Client) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	s := transport.Sealing{Type: typ, Statement: statement, Seal: seal}
	if !issued.IsZero() {
		s.Issued = issued.Unix()
	}
	v, err := c.Judge(ctx, s)
	if err != nil {
		return user, key, err
	}
	if err := v.Err(); err != nil {
		return user, key, fmt.Errorf("hub: %w", err)
	}
	return v.User, v.Key, nil
}
