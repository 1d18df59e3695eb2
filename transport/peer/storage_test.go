package peer_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// stocked is a recipient who has all of two collections, one photo of which is in both.
type stocked struct {
	*labtest.World
	cam        *labtest.Camera
	home, b    *labtest.Peer
	one, other collection.Name
	items      []collection.Item
}

func newStocked(t *testing.T) stocked {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	s := stocked{World: w, cam: w.Camera(ann, 3), home: w.Peer(ann, "home"), b: w.Peer(bob, "bob")}
	s.items = s.cam.Items
	s.cam.Items = s.items[:2]
	s.one = s.cam.Album("one", bob)
	s.cam.Items = s.items[1:]
	s.other = s.cam.Album("other", bob)
	s.cam.Items = s.items
	for _, name := range []collection.Name{s.one, s.other} {
		s.cam.Shares(name)
		s.cam.Syncs(s.home, name)
		s.home.Publishes(name)
	}
	s.b.Receives()
	for v := range 3 {
		s.b.Fetches(s.cam.Ref(s.one, 0, v), s.cam.Ref(s.one, 1, v), s.cam.Ref(s.other, 1, v), s.cam.Ref(s.other, 2, v))
	}
	return s
}

// rooms is what each collection takes.
func rooms(t *testing.T, p *labtest.Peer) map[collection.Name][]int64 {
	t.Helper()
	all := map[collection.Name][]int64{}
	for room, err := range p.Storage().Rooms(t.Context()) {
		labtest.Must(t, err)
		all[room.Collection] = room.Versions
	}
	return all
}

// sizes are those of some photos of a camera.
func (s stocked) sizes(items ...int) []int64 {
	sum := make([]int64, 3)
	for _, i := range items {
		for v, data := range s.cam.Card[s.items[i].ID] {
			sum[v] += int64(len(data))
		}
	}
	return sum
}

// TestStorage: one sees what takes room, makes some, and gets it again; what another
// collection has stays, and so do the originals that others fetch here.
func TestStorage(t *testing.T) {
	s := newStocked(t)
	before := rooms(t, s.b)
	for name, items := range map[collection.Name][]int{s.one: {0, 1}, s.other: {1, 2}} {
		want := s.sizes(items...)
		want[1] = before[name][1] // that is made at home
		if !slices.Equal(before[name], want) || want[1] == 0 {
			t.Errorf("%v takes %v, want %v", name, before[name], want)
		}
	}
	drop := func(name collection.Name, version int, items ...collection.ItemID) error {
		return s.b.Storage().Drop(t.Context(), name, version, items...)
	}
	for _, c := range []struct {
		got, want error
	}{
		{drop(s.one, 3), transport.ErrNotFound},
		{drop(s.one, -1), transport.ErrNotFound},
		{drop(s.one, 2, collection.ItemID{1}), transport.ErrNotFound},
		{drop(collection.Name{}, 2), transport.ErrNotFound},
		{s.home.Storage().Drop(t.Context(), s.one, 2), transport.ErrForbidden},
		{drop(s.one, 2), nil},
		{drop(s.one, 2), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
	after := rooms(t, s.b)
	if want := s.sizes(1)[2]; after[s.one][2] != want || after[s.one][0] != before[s.one][0] || !slices.Equal(after[s.other], before[s.other]) {
		t.Errorf("after it: %v, before: %v", after, before)
	}
	if _, err := lab.Version(t.Context(), s.b.Store, s.cam.BlobKey(s.one, 0, 2)); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("its bytes are here: %v", err)
	}
	s.b.Restart(nil)
	s.b.Fetches(s.cam.Ref(s.one, 0, 2))
	if again := rooms(t, s.b); !slices.Equal(again[s.one], before[s.one]) {
		t.Errorf("fetched again: %v", again)
	}
}

// TestCrashWhileDropping: at whatever change of the store the peer crashes, it has what it says
// that it has, and the next call leaves no bytes that nobody knows of.
func TestCrashWhileDropping(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		s := newStocked(t)
		store := s.b.Store
		crash.Store, s.b.Store = store, crash
		s.b.Restart(nil)
		err := s.b.Storage().Drop(t.Context(), s.one, 2)
		if !crash.Crashed() {
			labtest.Must(t, err)
		}
		s.b.Store = store
		s.b.Restart(nil)
		for _, name := range []collection.Name{s.one, s.other} {
			v, err := s.b.Reader.View(t.Context(), name)
			labtest.Must(t, err)
			for i := range v.Collection().Len() {
				id, _ := v.Collection().At(i)
				if v.Held(i).Has(2) {
					s.b.Reads(transport.Ref{Collection: name, Item: id, Version: 2})
				}
			}
		}
		labtest.Must(t, s.b.Storage().Drop(t.Context(), s.one, 2))
		for b, err := range store.List(t.Context(), s.cam.BlobKey(s.one, 0, 2), "", 0) {
			t.Errorf("%v is left, %v", b, err)
		}
		for r, err := range store.Scan(t.Context(), "age/", "", 0) {
			t.Errorf("%v is left, %v", r.Key, err)
		}
	})
}

// TestDropsNoOriginalWithAThumbnail: where a photo is so small that its thumbnail has the same
// bytes, or another photo's thumbnail has, home keeps the original that others fetch there.
func TestDropsNoOriginalWithAThumbnail(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, pc := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob")
	small := cam.Card[cam.Items[0].ID]
	small[2] = small[0]
	cam.Card[cam.Items[0].ID] = small
	name := cam.Album("title", bob)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	pc.Receives()
	labtest.Must(t, home.Storage().Drop(t.Context(), name, 0))
	home.Reads(cam.Ref(name, 0, 2))
	pc.Fetches(cam.Ref(name, 0, 2))
	if room := rooms(t, home)[name]; room[0] != int64(len(small[0])) {
		t.Errorf("takes %v", room)
	}
}
