package peer_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestSeveralURLs: a peer says of all its addresses that it serves there, and says it anew when
// they change.
func TestSeveralURLs(t *testing.T) {
	const first, also = "https://home.example.org", "https://home.example.net"
	store := new(memstore.Store)
	said := func(cfg peer.Config) collection.Endpoint {
		t.Helper()
		cfg.Store, cfg.URL = store, first
		p, err := peer.New(t.Context(), collection.UserID{1}, lab.Signer("ann"), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close(t.Context())
		e, err := collection.DecodeEndpoint(p.Source().Endpoint)
		if err != nil || p.Source().URL != first {
			t.Fatalf("%v at %s", err, p.Source().URL)
		}
		return e
	}
	both := said(peer.Config{Also: []string{also}})
	web := said(peer.Config{Also: []string{also}, Web: true})
	one := said(peer.Config{})
	if both.Number >= web.Number || web.Number >= one.Number {
		t.Errorf("numbers %d, %d, %d", both.Number, web.Number, one.Number)
	}
	for _, c := range []struct {
		e           collection.Endpoint
		url         string
		serves, web bool
	}{{both, first, true, false}, {both, also, true, false}, {web, first, true, true}, {web, also, true, false}, {one, first, true, false}, {one, also, false, false}} {
		if serves, web := c.e.Serves(c.url); serves != c.serves || web != c.web {
			t.Errorf("%s: %v %v of %+v", c.url, serves, web, c.e)
		}
	}
}
