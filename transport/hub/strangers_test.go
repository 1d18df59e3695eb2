package hub_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestUnaskedShares: what a stranger shares costs a recipient little, until the recipient
// consents; then all of it comes.
func TestUnaskedShares(t *testing.T) {
	w := labtest.New(t, hub.Config{Unasked: hub.Unasked{Collections: 8, Items: 40}})
	mallory, bobID := w.User("mallory"), w.User("bob")
	cam := w.Camera(mallory, 5)
	for i := range 3 {
		cam.Shares(cam.Album(fmt.Sprint(i), bobID))
	}
	if n := len(w.Waiting(bobID)); n != 2 {
		t.Errorf("%d from one stranger", n)
	}
	for range 20 {
		cam.Add(len(cam.Items))
	}
	cam.Shares(cam.Album("large", bobID))
	w.Clock.Pass(24 * time.Hour)
	cam.Shares(cam.Album("large, the next day", bobID))
	if n := len(w.Waiting(bobID)); n != 2 {
		t.Errorf("%d after large ones", n)
	}
	held, err := w.Hub.Hub.Quotas().HeldBack(t.Context(), bobID, collection.UserID{}, 10)
	if err != nil || len(held) != 1 || held[0] != mallory {
		t.Errorf("held back: %v, %v", held, err)
	}
	labtest.Must(t, w.Hub.Hub.Quotas().Consent(t.Context(), bobID, mallory))
	if n := len(w.Waiting(bobID)); n != 5 {
		t.Errorf("%d after consent", n)
	}
	cam.Shares(cam.Album("more", bobID))
	if n := len(w.Waiting(bobID)); n != 6 {
		t.Errorf("%d of a friend", n)
	}
	if held, err := w.Hub.Hub.Quotas().HeldBack(t.Context(), bobID, collection.UserID{}, 10); err != nil || len(held) > 0 {
		t.Errorf("held back: %v, %v", held, err)
	}
}

// TestManyStrangers: many of them together have no more than a few, and keep nobody out with
// whom the recipient has shared.
func TestManyStrangers(t *testing.T) {
	w := labtest.New(t, hub.Config{Unasked: hub.Unasked{Collections: 8, Items: 4000}})
	ann, bobID := w.User("ann"), w.User("bob")
	bob := w.Camera(bobID, 1)
	bob.Shares(bob.Album("for ann", ann))
	for i := range 12 {
		cam := w.Camera(w.User(fmt.Sprint("stranger", i)), 1)
		cam.Shares(cam.Album("hello", bobID))
	}
	if n := len(w.Waiting(bobID)); n != 8 {
		t.Errorf("%d from strangers", n)
	}
	cam := w.Camera(ann, 100)
	for range 3 {
		cam.Shares(cam.Album("from ann", bobID))
	}
	if n := len(w.Waiting(bobID)); n != 11 {
		t.Errorf("%d with those of a friend", n)
	}
	held, err := w.Hub.Hub.Quotas().HeldBack(t.Context(), bobID, collection.UserID{}, 3)
	labtest.Must(t, err)
	more, err := w.Hub.Hub.Quotas().HeldBack(t.Context(), bobID, held[2], 3)
	if err != nil || len(held) != 3 || len(more) != 1 {
		t.Errorf("held back: %v, %v, %v", held, more, err)
	}
}

// TestHeldBackCanBeRead: what is held back is not lost: who knows of it reads it, and later
// news of it does not come without consent either.
func TestHeldBackCanBeRead(t *testing.T) {
	w := labtest.New(t, hub.Config{Unasked: hub.Unasked{Collections: 4, Items: 4}})
	ann, bobID := w.User("ann"), w.User("bob")
	cam, home, bob := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bobID, "bob")
	name := cam.Album("title", bobID)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	bob.HearsNothing()
	bob.Refreshes(name)
	bob.Views(name)
	labtest.Must(t, w.Hub.Hub.Quotas().Consent(t.Context(), bobID, ann))
	bob.Hears(notify.Shared, 0)
}
