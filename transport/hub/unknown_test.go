package hub_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestUnknownRecipients: whoever shares with somebody whom the hub does not know hears it,
// from a device with the answer and from a peer as an event, of successors, too; all others
// are told of the collection.
func TestUnknownRecipients(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bobID, gone := w.User("ann"), w.User("bob"), w.User("gone")
	cam, home := w.Camera(ann, 2), w.Peer(ann, "home")
	labtest.Must(t, w.Hub.Hub.Accounts().Members().Delete(t.Context(), gone))
	nobody := collection.UserID{0xff}
	want := []collection.UserID{gone, nobody}
	slices.SortFunc(want, func(a, b collection.UserID) int { return slices.Compare(a[:], b[:]) })
	name := cam.Album("title", nobody, bobID, gone)
	for range 2 { // an answer may get lost
		if a := cam.Shares(name); !slices.Equal(a.Unknown, want) {
			t.Errorf("unknown: %v, want %v", a.Unknown, want)
		}
	}
	if n := len(w.Waiting(bobID)); n != 1 {
		t.Errorf("bob has %d", n)
	}
	var told []collection.UserID
	home.Restart(func(cfg *peer.Config) {
		cfg.Events = func(e event.Event) {
			if e.Kind == event.LeftOut && errors.Is(e.Err, transport.ErrNotFound) {
				told = append(told, e.User)
			}
		}
	})
	home.Refreshes(name)
	home.Publishes(name)
	if !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
	if a := cam.Shares(cam.AlbumOf("next", collection.Body{Recipients: []collection.UserID{nobody}, Replaces: []collection.ID{name.ID}})); !slices.Equal(a.Unknown, []collection.UserID{nobody}) {
		t.Errorf("of a successor: %v", a.Unknown)
	}
	if a := cam.Shares(cam.Album("for bob", bobID)); len(a.Unknown) != 0 {
		t.Errorf("of one whom it knows: %v", a.Unknown)
	}
}

// TestManyUnknown: no more are named than go into an answer.
func TestManyUnknown(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 1)
	if a := cam.Shares(cam.Album("title", crowd(100)...)); len(a.Unknown) != transport.MaxUnknown {
		t.Errorf("%d are named", len(a.Unknown))
	}
}
