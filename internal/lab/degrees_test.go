package lab_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestDegrees: a device shares thumbnails, then screens over a better link, and
// the home peer the originals; the labels advance step by step, each step is one
// notification, and the gate opens what is there and nothing more.
func TestDegrees(t *testing.T) {
	w := labtest.New(t, hub.Config{RequiredFromDevice: 2})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 5), w.Peer(ann, "home"), w.Peer(bob, "bob")
	cam.Screens()
	name := cam.AlbumOf("title", collection.Body{Kind: label.Degree, Recipients: []collection.UserID{bob}})
	_, err := cam.ShareVersions(t.Context(), cam.ToHub(), name, 1)
	must(t, err)
	b.Hears(notify.Shared, 5)
	hasLevel(t, b, name, 1)
	b.Fetches(cam.Ref(name, 0, 0))
	before := b.Requests.Load()
	if err := b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 1)); !errors.Is(err, label.ErrPending) || b.Requests.Load() != before {
		t.Errorf("fetch of a screen that is not there: %v", err)
	}

	sent := cam.Sent.Load()
	cam.Shares(name)
	if n := cam.Sent.Load() - sent; n > 5*20_000+4000 {
		t.Errorf("%d bytes sent for five screens", n)
	}
	b.Hears(notify.Available, 5)
	hasLevel(t, b, name, 2)
	b.Fetches(cam.Ref(name, 0, 1))
	b.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))

	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Available, 0)
	b.Fetches(cam.Ref(name, 0, 2))
}

// hasLevel checks the level of every item of a collection.
func hasLevel(t *testing.T, s *labtest.Peer, name collection.Name, level int) {
	t.Helper()
	for id, rank := range s.Views(name).Items() {
		if rank.Level() != level {
			t.Errorf("item %v: %v, want level %d", id, rank, level)
		}
	}
}

// TestDegreesAtOnce: a device with a good link puts thumbnails and screens in
// with one share: two requests, one notification.
func TestDegreesAtOnce(t *testing.T) {
	w := labtest.New(t, hub.Config{RequiredFromDevice: 2})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 5), w.Peer(bob, "bob")
	cam.Screens()
	name := cam.AlbumOf("title", collection.Body{Kind: label.Degree, Recipients: []collection.UserID{bob}})
	cam.Shares(name)
	if n := cam.Requests.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
	b.Hears(notify.Shared, 5)
	hasLevel(t, b, name, 2)
	b.HearsNothing()
}
