package transport_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// race is a collection of which three stations, none of which can reach the hub
// for a while, say different things of the same items.
type race struct {
	w                   *world
	cam                 *camera
	home, attic, friend *station // of the author, of the author, of a completer
	bob                 *station
	name                collection.Name
	ended               map[collection.ItemID]error // bob's wishes
}

// The three stations say of the five items: what home says, what attic says,
// what friend says. Friend and attic have the originals, friend vouches for all.
var (
	withdrawn = []int{0, 1, 4} // by home
	takenBack = []int{1, 2, 4} // by attic
	bothLater = []int{4}       // withdrawn by attic, once it was taken back
)

func newRace(t *testing.T) *race {
	w := newWorld(t, hub.Config{RequiredFromPeer: 1})
	ann, bob, carl := w.user("ann"), w.user("bob"), w.user("carl")
	r := &race{w: w, cam: w.camera(ann, 5), ended: map[collection.ItemID]error{}}
	r.home, r.attic, r.friend, r.bob = w.peer(ann, "home"), w.peer(ann, "attic"), w.peer(carl, "carl"), w.peer(bob, "bob")
	r.bob.reopen(func(cfg *peer.Config) {
		cfg.Wished = func(ref transport.Ref, err error) { r.ended[ref.Item] = err }
	})
	r.name = r.cam.makeBody("title", collection.Body{
		Recipients: []collection.UserID{bob, carl}, Completers: []collection.UserID{carl}})
	_, err := r.cam.Share(t.Context(), r.cam.hub, r.name)
	must(t, err)
	r.bob.hears(t, notify.Shared, 5)
	for i := range r.cam.items {
		must(t, r.bob.Wish(t.Context(), ref(r.name, r.cam, i, 2)))
	}
	for _, s := range []*station{r.home, r.attic, r.friend} {
		must(t, s.Refresh(t.Context(), r.name))
	}
	r.friend.gets(t, r.name, r.cam)
	r.speak(t)
	return r
}

// speak lets all three say what they have to say, each for itself.
func (r *race) speak(t *testing.T) {
	say := func(err error) {
		t.Helper()
		if !errors.Is(err, transport.ErrUnreachable) {
			t.Fatalf("the hub cannot be reached, yet: %v", err)
		}
	}
	for _, s := range []*station{r.home, r.attic, r.friend} {
		s.reopen(func(cfg *peer.Config) { cfg.Hub = s.linkURL("http://127.0.0.1:1", s.user) })
	}
	say(r.home.Withdraw(t.Context(), r.name, r.ids(withdrawn)...))
	say(r.attic.TakeBack(t.Context(), r.name, r.ids(takenBack)...))
	say(r.attic.Withdraw(t.Context(), r.name, r.ids(bothLater)...))
	say(r.friend.Complete(t.Context(), r.name, r.ids([]int{0, 1, 2, 3, 4})...))
	for _, s := range []*station{r.home, r.attic, r.friend} {
		s.reopen(nil)
	}
}

func (r *race) ids(places []int) (ids []collection.ItemID) {
	for _, i := range places {
		ids = append(ids, r.cam.items[i].ID)
	}
	return ids
}

// TestRaceOfThree: withdrawal, completion and take-back from three stations end
// the same everywhere, in whatever order they come to the hub and however often.
func TestRaceOfThree(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			r := newRace(t)
			for _, i := range append(order, order[0]) {
				must(t, []*station{r.home, r.attic, r.friend}[i].NotifyHub(t.Context(), r.name))
			}
			_, err := r.bob.Receive(t.Context())
			must(t, err)
			for _, s := range []*station{r.home, r.attic, r.friend, r.bob} {
				must(t, s.Refresh(t.Context(), r.name))
				r.ends(t, s)
			}
			r.lateOriginal(t)
		})
	}
}

// ends checks the ranks that a station has in the end.
func (r *race) ends(t *testing.T, s *station) {
	t.Helper()
	v, err := s.View(t.Context(), r.name)
	must(t, err)
	for i, want := range []struct {
		generation uint32
		level      label.Rank
	}{{0, label.Withdrawn}, {1, label.Pending}, {1, label.Pending}, {0, label.Complete}, {1, label.Withdrawn}} {
		if _, rank := v.Collection().At(i); rank.Generation() != want.generation || rank.Level() != int(want.level) {
			t.Errorf("item %d ends as %v", i, rank)
		}
	}
}

// lateOriginal checks that an original of a withdrawn item is refused, by the hub
// and by the gate, and that wishes for it have ended with that answer.
func (r *race) lateOriginal(t *testing.T) {
	t.Helper()
	for _, i := range []int{0, 4} {
		late := transport.Announcement{Author: r.name.Author, ID: r.name.ID, Items: transport.BitsOf(i), URL: r.friend.url}
		if _, err := r.friend.hub.Announce(t.Context(), late); !errors.Is(err, transport.ErrWithdrawn) {
			t.Errorf("a late original of item %d: %v", i, err)
		}
		if err := r.bob.Fetch(t.Context(), ref(r.name, r.cam, i, 2)); !errors.Is(err, label.ErrWithdrawn) {
			t.Errorf("fetch of item %d: %v", i, err)
		}
		if err := r.ended[r.cam.items[i].ID]; !errors.Is(err, label.ErrWithdrawn) {
			t.Errorf("the wish for item %d: %v", i, err)
		}
	}
	wishes, err := r.bob.Wishes(t.Context())
	must(t, err)
	if len(wishes) != 3 {
		t.Errorf("wishes left: %v", wishes)
	}
	must(t, r.friend.Publish(t.Context(), r.name)) // all but what is withdrawn
	_, err = r.bob.Receive(t.Context())
	must(t, err)
	if wishes, err := r.bob.Wishes(t.Context()); len(wishes) != 0 || err != nil {
		t.Errorf("wishes left: %v, %v", wishes, err)
	}
}
