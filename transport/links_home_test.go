package transport_test

import (
	"context"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// alone is a peer that asks no hub, and lets go of all its readers at the end.
func (w *world) alone(user collection.UserID) *station {
	s := w.peer(user, "home")
	s.reopen(func(cfg *peer.Config) { cfg.Hub, cfg.Render, cfg.Wait = nil, nil, 10*time.Millisecond })
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		must(w.t, s.Close(ctx))
	})
	return s
}

// callers are the clients of some users at a station, over HTTP.
type callers map[collection.UserID]*httplink.Client

func (w *world) callers(at *station, users ...collection.UserID) callers {
	all := callers{}
	for _, u := range users {
		signer, statement, _ := w.credential(u, "suite")
		caller := httplink.Caller{User: u, Signer: signer, Statement: statement, Now: w.now}
		all[u] = httplink.NewClient(at.url, httplink.Sealed(caller, at.user), httplink.Options{})
	}
	return all
}

// put hands a collection over to the peer, and has it published.
func (s *station) put(t *testing.T, c collection.Collection, versions [][][]byte) {
	t.Helper()
	transporttest.HandOver(t, s.Link(s.user), c, versions)
	must(t, s.Publish(t.Context(), c.Name()))
}

// household is a peer for the suite of homes, as link reaches it.
func household(link func(s *station, over callers, u collection.UserID) transport.Home) func(*testing.T) transporttest.HomeFixture {
	return func(t *testing.T) transporttest.HomeFixture {
		w := newWorld(t, hub.Config{})
		ann, bob, mallory := w.user("ann"), w.user("bob"), w.user("mallory")
		s := w.alone(ann)
		over := w.callers(s, ann, bob, mallory)
		return transporttest.HomeFixture{
			As:     func(u collection.UserID) transport.Home { return link(s, over, u) },
			Author: ann, Reader: bob, Stranger: mallory, Signer: s.signer, Put: s.put,
		}
	}
}

// TestHomeSuite runs the suite on a peer in process.
func TestHomeSuite(t *testing.T) {
	transporttest.Home(t, household(func(s *station, _ callers, u collection.UserID) transport.Home {
		return s.Home(u)
	}))
}

// TestHomeSuiteOverHTTP runs the same suite over HTTP.
func TestHomeSuiteOverHTTP(t *testing.T) {
	transporttest.Home(t, household(func(_ *station, over callers, u collection.UserID) transport.Home {
		return over[u]
	}))
}

// TestHomeSuiteOverTheNetwork runs it over the network of the simulation, without
// faults.
func TestHomeSuiteOverTheNetwork(t *testing.T) {
	n := transporttest.NewNetwork(1, transporttest.Faults{})
	transporttest.Home(t, household(func(s *station, _ callers, u collection.UserID) transport.Home {
		return n.Home(u.String(), "home", func() transport.Home { return s.Home(u) })
	}))
}
