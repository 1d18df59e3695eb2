package httplink

import (
	"context"
	"net/http"

	"github.com/glimpse-go/glimpse/transport"
)

var (
	_ transport.IDAllocator    = (*Client)(nil)
	_ transport.SettingsSource = (*Client)(nil)
)

func (s Server) identifiers(w http.ResponseWriter, r *http.Request, who Identity) error {
	m, err := readMessage[transport.IDRequest](s, r)
	if err != nil {
		return err
	}
	ids, err := s.IDAllocator(who).NewIdentifiers(r.Context(), m.Items)
	return reply(w, ids, err)
}

// NewIdentifiers implements transport.IDAllocator.
func (c *Client) NewIdentifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	return call[transport.Identifiers](ctx, c, "/v1/ids", transport.IDRequest{Items: n})
}

func (s Server) settings(w http.ResponseWriter, r *http.Request, who Identity) error {
	settings, err := s.SettingsSource(who).Settings(r.Context())
	return reply(w, settings, err)
}

// Settings implements transport.SettingsSource.
func (c *Client) Settings(ctx context.Context) (transport.Settings, error) {
	return exchange[transport.Settings](ctx, c, http.MethodGet, "/v1/settings", nil)
}
