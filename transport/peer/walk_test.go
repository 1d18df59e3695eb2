package peer_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestSubCollections: two cameras of two authors, one parent; each keeps its own
// labels and rights, and who may not read one sees the others.
func TestSubCollections(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, carl, bob, eve := w.User("ann"), w.User("carl"), w.User("bob"), w.User("eve")
	cams := []*labtest.Camera{w.Camera(ann, 2), w.Camera(carl, 1)}
	home, b, e := w.Peer(ann, "home"), w.Peer(bob, "bob"), w.Peer(eve, "eve")
	names := []collection.Name{cams[0].Album("Ann's", bob, eve), cams[1].Album("Carl's", bob)}
	for i, cam := range cams {
		cam.Shares(names[i])
	}
	parent, err := cams[0].Make(t.Context(), collection.Header{Title: "The wedding", Authority: w.Authority()},
		collection.Body{Recipients: []collection.UserID{bob, eve}, Subs: names})
	labtest.Must(t, err)
	cams[0].Shares(parent)
	cams[0].Syncs(home, names[0])
	home.Publishes(names[0])

	for s, want := range map[*labtest.Peer]map[collection.Name]int{ // labels, -1 = not to be read
		b: {parent: 0, names[0]: 0, names[1]: 1},
		e: {parent: 0, names[0]: 0, names[1]: -1},
	} {
		s.Refreshes(parent) // the others are met on the walk
		got := map[collection.Name]int{}
		labtest.Must(t, s.Reader.Walk(t.Context(), parent, func(depth int, name collection.Name, v *peer.View) error {
			if got[name] = -1; v != nil {
				got[name] = v.Collection().Labelled()
			}
			if wantDepth := min(1, len(got)-1); depth != wantDepth {
				t.Errorf("%v at depth %d", name, depth)
			}
			return nil
		}))
		for name, labels := range want {
			if n, ok := got[name]; !ok || n != labels || len(got) != len(want) {
				t.Errorf("%v: %d labels, want %d", name, n, labels)
			}
		}
	}
	b.Fetches(cams[0].Ref(names[0], 0, 2))
	b.CannotFetch(label.ErrPending, cams[1].Ref(names[1], 0, 2))
}

// TestWalkEnds: an error of the visitor ends a walk, and what is not known cannot
// be walked.
func TestWalkEnds(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	name := cam.Album("title")
	if err := home.Reader.Walk(t.Context(), name, nil); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("walked what is not there: %v", err)
	}
	cam.Syncs(home, name)
	stop := errors.New("stop")
	if err := home.Reader.Walk(t.Context(), name, func(int, collection.Name, *peer.View) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
