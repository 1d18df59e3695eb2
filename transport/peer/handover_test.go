package peer_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// accepts has a peer's user take the first n versions of what others hand over.
func accepts(n int) func(*peer.Config) {
	return func(cfg *peer.Config) {
		cfg.Accept = func(context.Context, collection.UserID, collection.Collection) int { return n }
	}
}

// sees checks what there is of the first item.
func sees(t *testing.T, s *labtest.Peer, name collection.Name, draft bool, labelled int, held ...int) {
	t.Helper()
	v, err := s.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	var want label.Held
	for _, version := range held {
		want = want.With(version)
	}
	if v.Draft() != draft || v.Collection().Labelled() != labelled || v.Held(0) != want {
		t.Errorf("draft %v, %d labels, held %v; want %v, %d, %v", v.Draft(), v.Collection().Labelled(), v.Held(0), draft, labelled, want)
	}
}

// TestHandOver: A's device hands versions over to B, whose peer builds the
// collection with every item labelled; A's later sync completes it, and B is
// told by the hub.
func TestHandOver(t *testing.T) {
	_, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	b.Restart(accepts(3))
	cam.HandsOver(b, name, 3*4096)
	sees(t, b, name, true, 2, 0)
	b.Reads(cam.Ref(name, 1, 0))
	b.IsRefused(cam.Ref(name, 0, 2))

	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Shared, 0)
	sees(t, b, name, false, 0, 0)
	b.Fetches(cam.Ref(name, 0, 2))
}

// TestHandOverWithoutHub: the same, and B is told by A's peer.
func TestHandOverWithoutHub(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	bob.Restart(accepts(1))
	cam := w.Camera(ann.User, 2)
	name, err := cam.Make(t.Context(), collection.Header{Title: "Picnic"}, collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob.User}})
	labtest.Must(t, err)
	cam.HandsOver(bob, name, 1<<20)
	sees(t, bob, name, true, 2, 0) // Bob wants thumbnails only
	cam.Syncs(ann, name)
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Shared, 0)
	sees(t, bob, name, false, 0, 0)
	bob.Fetches(cam.Ref(name, 1, 2))
}

// TestHandOverOfWhatTheNetworkKnows: B's peer takes the author's own collection,
// with the labels that it has, and only versions are handed over.
func TestHandOverOfWhatTheNetworkKnows(t *testing.T) {
	_, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	b.Restart(accepts(3))
	cam.Syncs(home, name)
	home.Publishes(name)
	cam.HandsOver(b, name, 1<<20)
	sees(t, b, name, false, 0, 0, 2)
	var out bytes.Buffer
	labtest.Must(t, b.Reader.Print(t.Context(), cam.Ref(name, 0, 2), &out))
}

// TestHandOverRefused: nothing is taken unless the user agrees, and is one of
// the recipients; nor from somebody who is not the author.
func TestHandOverRefused(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, b, e := w.Camera(ann, 1), w.Peer(bob, "bob"), w.Peer(eve, "eve")
	thief := w.Camera(eve, 0)
	name := cam.Album("title", bob)
	e.Restart(accepts(3))
	for what, to := range map[string]transport.ShareReceiver{
		"nobody asked": cam.To(b.Station), "not a recipient": cam.To(e.Station),
	} {
		if _, err := cam.HandOver(t.Context(), to, name, 1<<20); !errors.Is(err, transport.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	b.Restart(accepts(0))
	if _, err := cam.HandOver(t.Context(), cam.To(b.Station), name, 1<<20); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("not wanted: %v", err)
	}
	b.Restart(accepts(3))
	if _, err := cam.HandOver(t.Context(), thief.To(b.Station), name, 1<<20); !errors.Is(err, transport.ErrSeal) && !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("by another user's device: %v", err)
	}
	if names, err := b.Names(t.Context()); len(names) != 0 || err != nil {
		t.Errorf("kept %v, %v", names, err)
	}
}

// TestHandOverFits: the link's capacity decides what goes over.
func TestHandOverFits(t *testing.T) {
	for _, c := range []struct {
		capacity int64
		want     [3]int // items per version
	}{
		{0, [3]int{}}, {4095, [3]int{}}, {4096, [3]int{1}}, {2 * 4096, [3]int{2}},
		{2*4096 + 140_000, [3]int{2, 0, 1}}, {2*4096 + 140_000 + 140_001, [3]int{2, 0, 2}},
	} {
		_, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
		b.Restart(accepts(3))
		cam.HandsOver(b, name, c.capacity)
		v, err := b.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		var got [3]int
		for i := range cam.Items {
			for version := range got {
				if v.Held(i).Has(version) {
					got[version]++
				}
			}
		}
		if got != c.want {
			t.Errorf("with %d bytes: %v, want %v", c.capacity, got, c.want)
		}
	}
}

// TestHandOverReplaced: a draft whose parts are not the author's gives way, and
// what is held of it is found again by its digest.
func TestHandOverReplaced(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 2), w.Peer(bob, "bob")
	b.Restart(accepts(1))
	id := collection.ID{9}
	h := collection.Header{ID: id, Authority: w.Authority()}
	items := cam.Items
	cam.Items = []collection.Item{items[1]}
	name, err := cam.Make(t.Context(), h, collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob}})
	labtest.Must(t, err)
	cam.HandsOver(b, name, 1<<20)
	_, err = cam.Make(t.Context(), h, collection.Body{Items: items, Recipients: []collection.UserID{bob}})
	labtest.Must(t, err)
	cam.Shares(name)
	b.Hears(notify.Shared, 2)
	v, err := b.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	if v.Held(0).Has(0) || !v.Held(1).Has(0) {
		t.Errorf("held %v and %v", v.Held(0), v.Held(1))
	}
}

// TestHandOverOfWhatIsGone: what was deleted from the card is left out.
func TestHandOverOfWhatIsGone(t *testing.T) {
	_, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	b.Restart(accepts(3))
	cam.Card[cam.Items[1].ID] = lab.Photo{}
	cam.HandsOver(b, name, 1<<20)
	sees(t, b, name, true, 2, 0, 2)
	b.CannotFetch(transport.ErrNotFound, cam.Ref(name, 1, 0))
}
