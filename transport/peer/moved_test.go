package peer_test

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// move has a home end, and begin again at another address.
func move(t *testing.T, home *labtest.Peer, change func(*peer.Config)) {
	t.Helper()
	labtest.Must(t, home.Close(t.Context()))
	home.Name = "attic" // in the network
	home.Restart(change)
}

func urls(c []transport.Source) (urls []string) {
	for _, source := range c {
		urls = append(urls, source.URL)
	}
	return urls
}

// TestMoved: a home that begins again at another address is found there by those who have
// not fetched yet, although nobody publishes anything; and what is held back stays so.
func TestMoved(t *testing.T) {
	w, cam, home, b, name := labtest.Published(t, hub.Config{}, 2)
	other := w.Camera(home.User, 3)
	held := other.Album("held back", b.User)
	other.Syncs(home, held)
	home.PublishesPartial(held)
	b.Receives()
	move(t, home, nil)
	b.CannotFetch(transport.ErrUnreachable, cam.Ref(name, 0, 2))
	if next, err := home.Author.PublishDue(t.Context()); !next.IsZero() || err != nil {
		t.Fatal(next, err)
	}
	b.HearsNothing()
	b.Fetches(cam.Ref(name, 0, 2))
	b.Fetches(cam.Ref(name, 1, 2))
	view, err := b.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	if got := urls(view.Sources()); len(got) != 1 || got[0] != home.URL() {
		t.Errorf("sources: %v", got)
	}
	b.CannotFetch(label.ErrPending, other.Ref(held, 2, 2))
	said := w.Wire("home").Count("POST /v1/announce") + w.Wire("attic").Count("POST /v1/announce")
	_, err = home.Author.PublishDue(t.Context())
	labtest.Must(t, err)
	if again := w.Wire("home").Count("POST /v1/announce") + w.Wire("attic").Count("POST /v1/announce"); again != said || said == 0 {
		t.Errorf("%d announcements, and then %d", said, again)
	}
}

// TestMovedWhileTheHubIsAway: it is said when the hub is there, also by another process.
func TestMovedWhileTheHubIsAway(t *testing.T) {
	w, cam, home, b, name := labtest.Published(t, hub.Config{}, 1)
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	move(t, home, nil)
	if _, err := home.Author.PublishDue(t.Context()); !errors.Is(err, transport.ErrStopped) {
		t.Errorf("with the hub closed: %v", err)
	}
	w.Restart(w.Hub.Store)
	home.Restart(nil)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- home.Run(ctx) }()
	for b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2)) != nil && ctx.Err() == nil {
	}
	stop()
	labtest.Must(t, <-done)
}

// TestMovedWithoutHub: where the home tells by itself, who asks it at its new address reads
// there what it has told before.
func TestMovedWithoutHub(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 1)
	name := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}})
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Shared, 0)
	move(t, ann, nil)
	_, err := ann.Author.PublishDue(t.Context())
	labtest.Must(t, err)
	labtest.Must(t, bob.Reader.Refresh(t.Context(), name, ann.Source()))
	bob.Fetches(cam.Ref(name, 0, 2))
	view, err := ann.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	if got := urls(view.Sources()); len(got) != 1 || got[0] != ann.URL() {
		t.Errorf("sources: %v", got)
	}
}
