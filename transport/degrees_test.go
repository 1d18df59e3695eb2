package transport_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// screens gives a camera's photos screen versions.
func (c *camera) screens() {
	for i, item := range c.items {
		v := c.versions[item.ID]
		v[1] = noise(i, 1, 20_000)
		c.versions[item.ID] = v
	}
}

// TestDegrees: a device shares thumbnails, then screens over a better link, and
// the home peer the originals; the labels advance step by step, each step is one
// notification, and the gate opens what is there and nothing more.
func TestDegrees(t *testing.T) {
	w := newWorld(t, hub.Config{RequiredFromDevice: 2})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 5), w.peer(ann, "home"), w.peer(bob, "bob")
	cam.screens()
	name := cam.makeBody("title", collection.Body{Kind: label.Degree, Recipients: []collection.UserID{bob}})
	_, err := cam.ShareVersions(t.Context(), cam.hub, name, 1)
	must(t, err)
	b.hears(t, notify.Shared, 5)
	b.hasLevel(t, name, 1)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 0)))
	before := b.wire.requests.Load()
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 1)); !errors.Is(err, label.ErrPending) || b.wire.requests.Load() != before {
		t.Errorf("fetch of a screen that is not there: %v", err)
	}

	sent := cam.wire.sent.Load()
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	if n := cam.wire.sent.Load() - sent; n > 5*20_000+4000 {
		t.Errorf("%d bytes sent for five screens", n)
	}
	b.hears(t, notify.Available, 5)
	b.hasLevel(t, name, 2)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 1)))
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("fetch of an original that is not there: %v", err)
	}

	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// hasLevel checks the level of every item of a collection.
func (s *station) hasLevel(t *testing.T, name collection.Name, level int) {
	t.Helper()
	v, err := s.View(t.Context(), name)
	must(t, err)
	for id, rank := range v.Collection().Items() {
		if rank.Level() != level {
			t.Errorf("item %v: %v, want level %d", id, rank, level)
		}
	}
}

// TestDegreesAtOnce: a device with a good link puts thumbnails and screens in
// with one share: two requests, one notification.
func TestDegreesAtOnce(t *testing.T) {
	w := newWorld(t, hub.Config{RequiredFromDevice: 2})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 5), w.peer(bob, "bob")
	cam.screens()
	name := cam.makeBody("title", collection.Body{Kind: label.Degree, Recipients: []collection.UserID{bob}})
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	if n := cam.wire.requests.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
	b.hears(t, notify.Shared, 5)
	b.hasLevel(t, name, 2)
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("told again: %v %v", news, err)
	}
}
