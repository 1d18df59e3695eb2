package transport_test

import (
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// party is a hub for the suite of hubs.
func party(link func(w *world, user collection.UserID) transport.Hub) func(*testing.T) transporttest.HubFixture {
	return func(t *testing.T) transporttest.HubFixture {
		w := newWorld(t, hub.Config{})
		p := transporttest.HubFixture{
			As:     func(u collection.UserID) transport.Hub { return link(w, u) },
			Author: w.user("ann"), Reader: w.user("bob"), Stranger: w.user("mallory"),
			Authority: collection.KeyID(w.hub.PublicKey().ID()),
			Serve: func(o transport.Originals) string {
				return w.serve(httplink.Server{Who: anybody{}, Originals: func(httplink.Identity) transport.Originals { return o }}.Handler())
			},
		}
		p.Signer, _, _ = w.credential(p.Author, "one")
		return p
	}
}

// anybody lets everybody in.
type anybody struct{}

func (anybody) Authenticate(*http.Request) (httplink.Identity, error) {
	return httplink.Identity{}, nil
}

// TestHubSuite runs the suite on the hub in process.
func TestHubSuite(t *testing.T) {
	transporttest.Hub(t, party(func(w *world, u collection.UserID) transport.Hub { return w.hub.As(u) }))
}

// TestHubSuiteOverHTTP runs the same suite over HTTP.
func TestHubSuiteOverHTTP(t *testing.T) {
	transporttest.Hub(t, party(func(w *world, u collection.UserID) transport.Hub {
		token, err := w.hub.Accounts().Issue(w.t.Context(), u, "suite")
		must(w.t, err)
		return httplink.NewClient(w.hubURL, httplink.Bearer(token), httplink.Options{})
	}))
}

// TestHubSuiteOverTheNetwork runs it over the network of the simulation, without
// faults.
func TestHubSuiteOverTheNetwork(t *testing.T) {
	n := transporttest.NewNetwork(1, transporttest.Faults{})
	transporttest.Hub(t, party(func(w *world, u collection.UserID) transport.Hub {
		return n.Hub(u.String(), "hub", func() transport.Hub { return w.hub.As(u) })
	}))
}
