package hub_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
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
	want := []string{gone.String(), nobody.String()}
	slices.Sort(want)
	name := cam.Album("title", nobody, bobID, gone)
	for range 2 { // an answer may get lost
		if a := cam.Shares(name); !slices.Equal(a.Unknown, want) {
			t.Errorf("unknown: %v, want %v", a.Unknown, want)
		}
	}
	if n := len(w.Waiting(bobID)); n != 1 {
		t.Errorf("bob has %d", n)
	}
	var told []string
	home.Restart(func(cfg *peer.Config) {
		cfg.Events = func(e event.Event) {
			if e.Kind == event.LeftOut && errors.Is(e.Err, transport.ErrNotFound) {
				told = append(told, e.User.String())
			}
		}
	})
	home.Refreshes(name)
	home.Publishes(name)
	if !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
	if a := cam.Shares(cam.AlbumOf("next", collection.Body{Recipients: []collection.UserID{nobody}, Replaces: []collection.ID{name.ID}})); !slices.Equal(a.Unknown, []string{nobody.String()}) {
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

// TestUnknownAddresses: an address that is no user's is named to the author where the hub
// writes no letters, whatever it makes of it, from the draft on, until somebody joins with it;
// and to nobody else.
func TestUnknownAddresses(t *testing.T) {
	for _, c := range []struct {
		unknown hub.Unknown
		letters bool
		want    []string
	}{
		{hub.Blind, false, []string{"eve@example.org", "kim@example.org"}},
		{hub.Temporary, false, []string{"eve@example.org", "kim@example.org"}},
		{hub.Blind, true, nil}, {hub.Temporary, true, nil},
	} {
		cfg := hub.Config{Unknown: c.unknown}
		if c.letters {
			cfg.Mail.Channel = new(notify.Memory)
		}
		w := labtest.New(t, cfg)
		ann, _ := w.User("ann"), w.User("bob")
		cam, home := w.Camera(ann, 2), w.Peer(ann, "home")
		name := cam.AlbumFor("title", nil, "Eve@Example.org", "bob@example.org", "kim@example.org")
		for range 2 { // the draft, and what it has become
			a := cam.Shares(name)
			if slices.Sort(a.Unknown); !slices.Equal(a.Unknown, c.want) {
				t.Errorf("%v, letters %v: %v, want %v", c.unknown, c.letters, a.Unknown, c.want)
			}
		}
		told := leftOut(home)
		home.Refreshes(name)
		home.Publishes(name)
		if len(*told) != len(c.want) {
			t.Errorf("%v, letters %v: a peer is told of %v", c.unknown, c.letters, *told)
		}
		if c.unknown == hub.Blind {
			w.User("eve")
			if a := cam.Shares(name); slices.Contains(a.Unknown, "eve@example.org") {
				t.Error("who has joined is still named")
			}
		}
	}
}

// leftOut restarts a peer, and lists the recipients of whom it says that nobody knows them.
func leftOut(p *labtest.Peer) *[]string {
	told := new([]string)
	p.Restart(func(cfg *peer.Config) {
		cfg.Events = func(e event.Event) {
			if place, ok := errors.AsType[*transport.PlaceError](e.Err); ok && e.Kind == event.LeftOut && errors.Is(e.Err, transport.ErrNotFound) {
				*told = append(*told, place.Place)
			}
		}
	})
	return told
}

// TestUnknownOfOthersAddresses: who shares with the temporary account of somebody whom
// another has named by address does not see that address.
func TestUnknownOfOthersAddresses(t *testing.T) {
	w := labtest.New(t, hub.Config{Unknown: hub.Temporary})
	ann, ada := w.Camera(w.User("ann"), 1), w.Camera(w.User("ada"), 1)
	ann.Shares(ann.AlbumFor("title", nil, "eve@example.org"))
	eve, err := w.Hub.Hub.Accounts().ByAddress(t.Context(), "eve@example.org")
	labtest.Must(t, err)
	if a := ada.Shares(ada.Album("title", eve)); len(a.Unknown) != 0 {
		t.Errorf("named to another: %v", a.Unknown)
	}
}

// TestUnknownOfDrafts: of a draft that the hub fills in, unknown users are named beside the
// addresses.
func TestUnknownOfDrafts(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 1)
	nobody := collection.UserID{0xff}
	want := []string{nobody.String(), "eve@example.org"}
	if a := cam.Shares(cam.AlbumFor("title", []collection.UserID{nobody}, "eve@example.org")); !slices.Equal(a.Unknown, want) {
		t.Errorf("%v, want %v", a.Unknown, want)
	}
}
