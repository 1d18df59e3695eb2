package httplink

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

var _ transport.LinkAccess = (*Client)(nil)

// open answers a request that needs no caller. Its path holds a token, and is
// not logged.
func (s Server) open(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "private") // a token may be revoked
		err := errPath
		if r.Method != http.MethodHead {
			err = h(w, r)
		}
		if err != nil {
			s.refuse(w, r, "/v1/links", err)
		}
	}
}

func (s Server) glimpse(w http.ResponseWriter, r *http.Request) error {
	g, err := s.LinkAccess.Glimpse(r.Context(), r.PathValue("token"))
	return reply(w, g, err)
}

func (s Server) guestVersion(w http.ResponseWriter, r *http.Request) error {
	item, err := pathNumber(r, "item", math.MaxInt32)
	if err != nil {
		return err
	}
	version, err := pathNumber(r, "version", label.MaxVersions-1)
	if err != nil {
		return err
	}
	offset, err := pathOffset(r)
	if err != nil {
		return err
	}
	stream, err := s.LinkAccess.GuestVersion(r.Context(), r.PathValue("token"), item, version, offset)
	return replyStream(w, stream, err)
}

// Glimpse implements transport.LinkAccess. It needs no Auth.
func (c *Client) Glimpse(ctx context.Context, token string) (transport.Glimpse, error) {
	path, err := linkPath(token)
	if err != nil {
		return transport.Glimpse{}, err
	}
	return exchange[transport.Glimpse](ctx, c, http.MethodGet, path, nil)
}

// GuestVersion implements transport.LinkAccess. It needs no Auth.
func (c *Client) GuestVersion(ctx context.Context, token string, item, version int, offset int64) (*transport.Stream, error) {
	path, err := linkPath(token)
	if err != nil {
		return nil, err
	}
	return c.part(ctx, fmt.Sprintf("%s/%d/%d?offset=%d", path, item, version, offset), offset)
}

// linkPath is where a token is looked up. No segment, and dots that are one of their
// own, are steps along the path, escaped or not (RFC 3986 §5.2.4), and no token.
func linkPath(token string) (string, error) {
	if token == "" || token == "." || token == ".." {
		return "", errPath
	}
	return "/v1/links/" + url.PathEscape(token), nil
}
