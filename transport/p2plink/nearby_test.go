package p2plink_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	station "github.com/glimpse-go/glimpse/transport/peer"
)

// needsMulticast skips a test where no network can be heard, as needsRouters does.
func needsMulticast(tb testing.TB) {
	tb.Helper()
	all, err := net.Interfaces()
	must(tb, err)
	for _, at := range all {
		if at.Flags&(net.FlagUp|net.FlagMulticast) == net.FlagUp|net.FlagMulticast {
			return
		}
	}
	if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
		tb.Fatal("no network with multicast")
	}
	tb.Skip("no network with multicast")
}

// newNeighbours are Ann's home and Bob's, who know of nobody else's addresses.
func newNeighbours(t *testing.T) (w *labtest.World, n *nodes, ann, bob *labtest.Peer) {
	needsMulticast(t)
	n = newNetwork(t)
	n.cfg = func(_ string, cfg *p2plink.Config) { cfg.Local, cfg.Client, cfg.Remember = true, true, -1 }
	w, peers := labtest.NoHubOn(t, n, "ann", "bob")
	for _, p := range peers {
		p.Restart(func(cfg *station.Config) { cfg.Find = n.host(p.Name, nil).Find })
	}
	return w, n, peers[0], peers[1]
}

// TestNearby: who knows a user finds the user's home on the local network, if that wants to be
// found, and fetches from it what no table lists.
func TestNearby(t *testing.T) {
	w, n, ann, bob := newNeighbours(t)
	annHost, bobHost := n.host("ann", nil), n.host("bob", nil)
	must(t, bobHost.ServeNearby(bob.Source()))
	if err := annHost.ServeNearby(bob.Source()); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("for another: %v", err)
	}
	finds := func(by *p2plink.Host, user collection.UserID) []transport.Source {
		found, err := by.Nearby(t.Context(), user)
		must(t, err)
		return found
	}
	await(t, "Bob's home", func() bool {
		found := finds(annHost, bob.User)
		return len(found) == 1 && found[0].URL == bobHost.URL()
	})
	await(t, "Ann's host", func() bool { return connects(t, bobHost, ann) })
	if found := finds(bobHost, ann.User); len(found) != 0 {
		t.Errorf("a home that does not want to be found: %v", found)
	}
	cam := w.Camera(ann.User, 1)
	body := collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob.User}}
	name, err := ann.Author.Make(t.Context(), collection.Header{Title: "Picnic"}, body, cam.Card.Open)
	must(t, err)
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Shared, 0)
	if err := annHost.Announce(t.Context(), ann.Source(), ann.Views(name)); !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("a table of nobody: %v", err)
	}
	found, err := bobHost.Find(t.Context(), bob.Views(name))
	if err != nil || len(found) != 1 || found[0].URL != annHost.URL() {
		t.Fatalf("%v, %v", found, err)
	}
	bob.FetchesAll(cam, name, 2, false)
	bob.Shows(cam, name, 2)
}

// connects reports whether a host has heard of a peer's, and got through.
func connects(t *testing.T, h *p2plink.Host, to *labtest.Peer) bool {
	_, err := h.Nearby(t.Context(), to.User) // it asks all there are
	must(t, err)
	return h.Direct(to.Source().URL) == nil
}

// TestNearbyAsked: who does not know the user is told what one is told who asks for nothing.
func TestNearbyAsked(t *testing.T) {
	_, n, ann, bob := newNeighbours(t)
	annHost, bobHost := n.host("ann", nil), n.host("bob", nil)
	must(t, bobHost.ServeNearby(bob.Source()))
	await(t, "Bob's host", func() bool { return connects(t, annHost, bob) })
	at := bobHost.Addresses().ID
	nothing, err := p2plink.Answer(t.Context(), lab.Signer("bob"), at, nil, nil)
	must(t, err)
	for user, told := range map[collection.UserID]bool{ann.User: false, {}: false, bob.User: true} {
		got, err := annHost.AskHome(t.Context(), at, user)
		if must(t, err); bytes.Equal(got, nothing) == told {
			t.Errorf("asked for %v: %x", user, got)
		}
	}
}
