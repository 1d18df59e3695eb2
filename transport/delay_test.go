package transport_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestDelayedOriginals: until the time has come recipients have a preview only,
// although the home peer has the originals; a restart in between loses nothing.
func TestDelayedOriginals(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	at := w.clock.Add(24 * time.Hour)
	must(t, home.PublishAt(t.Context(), name, at))
	b.hears(t, notify.Shared, 2)
	for v := range 2 {
		must(t, b.Fetch(t.Context(), ref(name, cam, 0, v)))
	}
	must(t, home.Close(t.Context()))
	home.reopen(nil)
	w.clock = at.Add(-time.Millisecond)
	if next, err := home.PublishDue(t.Context()); !next.Equal(at) || err != nil {
		t.Errorf("next %v, %v", next, err)
	}
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("an original before its time: %v", err)
	}
	w.clock = at
	if next, err := home.PublishDue(t.Context()); !next.IsZero() || err != nil {
		t.Errorf("next %v, %v", next, err)
	}
	b.hears(t, notify.Available, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
	if next, err := home.PublishDue(t.Context()); !next.IsZero() || err != nil {
		t.Errorf("published again: %v, %v", next, err)
	}
}

// TestDelayedUntilCommand: the originals come when the user says so.
func TestDelayedUntilCommand(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 1), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Preview(t.Context(), name))
	b.hears(t, notify.Shared, 1)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
}

// TestDelayedWhileTheHubIsAway: what is due stays due until it has succeeded.
func TestDelayedWhileTheHubIsAway(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 1), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.PublishAt(t.Context(), name, w.clock))
	must(t, w.hub.Close(t.Context()))
	if _, err := home.PublishDue(t.Context()); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("with the hub closed: %v", err)
	}
	w.restart(w.hubStore)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- home.Run(ctx) }()
	for labelled := -1; labelled != 0; {
		news, err := b.Receive(t.Context())
		must(t, err)
		if len(news) > 0 {
			labelled = news[0].Labelled
		}
	}
	stop()
	must(t, <-done)
}
