package p2plink

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// Transport makes the requests of clients, for httplink.Options.HTTP: those to URLs of stations
// here go over a stream of libp2p, after the station has shown the key that is required, all
// others are other's. A nil other is for who reaches nobody else: they fail with an error that
// wraps transport.ErrUnreachable. It is safe for concurrent use.
func (h *Host) Transport(other http.RoundTripper) http.RoundTripper { return transports{h, other} }

type transports struct {
	*Host
	other http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t transports) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" || !strings.HasSuffix(r.URL.Hostname(), domain) {
		if t.other == nil {
			return nil, refused(r, transport.At(transport.ErrUnreachable, r.URL.Host))
		}
		return t.other.RoundTrip(r)
	}
	id, err := idOf(r.URL.Hostname())
	if err != nil {
		return nil, refused(r, err)
	}
	key, err := t.keyOf(r.Context(), id)
	if err == nil {
		err = httplink.CheckKey(r.Context(), key)
	}
	if err != nil {
		return nil, refused(r, err)
	}
	return t.ways.RoundTrip(r)
}

// refused closes the body of a request that is not made, as an http.RoundTripper must.
func refused(r *http.Request, err error) error {
	if r.Body != nil {
		_ = r.Body.Close() // nobody has read it
	}
	return err
}

// dial opens a stream to the station at a host and port.
func (h *Host) dial(ctx context.Context, _, address string) (net.Conn, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	id, err := idOf(name)
	if err != nil {
		return nil, err
	}
	s, err := h.stream(ctx, id)
	if err != nil {
		return nil, err
	}
	return conn{s, true}, nil
}
