package peer_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestHomeWithoutAddressOrRenderer: without a URL the partial versions go, and what cannot be
// announced is an error that names it; without a Renderer originals go all the same.
func TestHomeWithoutAddressOrRenderer(t *testing.T) {
	for what, change := range map[string]func(*peer.Config){
		"renderer": func(cfg *peer.Config) { cfg.Render = nil },
		"URL":      func(cfg *peer.Config) { cfg.URL = "" },
	} {
		_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{RequiredFromPeer: 1}, 1)
		home.Restart(change)
		cam.Syncs(home, name)
		err := home.Author.Publish(t.Context(), name)
		if what == "renderer" {
			labtest.Must(t, err)
			bob.Hears(notify.Shared, 0)
			continue
		}
		if !errors.Is(err, transport.ErrUnreachable) || !strings.Contains(err.Error(), "URL") {
			t.Errorf("without a URL: %v", err)
		}
		bob.Hears(notify.Shared, 1)
		labtest.Must(t, home.Author.PublishPartial(t.Context(), name)) // where nothing is to be announced
	}
}

// TestForgottenAuthority: a camera that knows its hub names its authority where a program has
// forgotten to.
func TestForgottenAuthority(t *testing.T) {
	w := labtest.New(t, hub.Config{RequiredFromPeer: 1})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, pc := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "pc")
	name, err := cam.Make(t.Context(), collection.Header{Title: "x"}, collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob}})
	labtest.Must(t, err)
	cam.Shares(name)
	pc.Hears(notify.Shared, 1)
	cam.Syncs(home, name)
	home.Publishes(name)
	pc.Hears(notify.Available, 0)
	pc.Fetches(cam.Ref(name, 0, 2))
}

// TestNoAuthority: a collection that names no authority is shown, and its author's home
// is told why nobody takes its labels off.
func TestNoAuthority(t *testing.T) {
	w := labtest.New(t, hub.Config{RequiredFromPeer: 1})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, pc := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "pc")
	name := labtest.LoneAlbum(cam, "x", bob)
	cam.Syncs(home, name)
	err := home.Author.Publish(t.Context(), name)
	if !errors.Is(err, transport.ErrForbidden) || !strings.Contains(err.Error(), "authority") {
		t.Errorf("publish: %v", err)
	}
	pc.Hears(notify.Shared, 1)
}
