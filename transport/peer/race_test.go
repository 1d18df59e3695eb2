package peer_test

import (
	"errors"
	"fmt"
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

// race is a collection of which three stations, none of which can reach the hub
// for a while, say different things of the same items.
type race struct {
	w                   *labtest.World
	cam                 *labtest.Camera
	home, attic, friend *labtest.Peer // of the author, of the author, of a completer
	bob                 *labtest.Peer
	name                collection.Name
	ended               map[collection.ItemID]error // bob's wishes
}

// The three stations say of the five items: what home says, what attic says,
// what friend says. Friend and attic have the originals, friend announces all.
var (
	withdrawn = []int{0, 1, 4} // by home
	takenBack = []int{1, 2, 4} // by attic
	bothLater = []int{4}       // withdrawn by attic, once it was taken back
)

func newRace(t *testing.T) *race {
	w := labtest.New(t, hub.Config{RequiredFromPeer: 1})
	ann, bob, carl := w.User("ann"), w.User("bob"), w.User("carl")
	r := &race{w: w, cam: w.Camera(ann, 5), ended: map[collection.ItemID]error{}}
	r.home, r.attic, r.friend, r.bob = w.Peer(ann, "home"), w.Peer(ann, "attic"), w.Peer(carl, "carl"), w.Peer(bob, "bob")
	r.bob.Restart(func(cfg *peer.Config) {
		cfg.Events = wished(func(ref transport.Ref, err error) { r.ended[ref.Item] = err })
	})
	r.name = r.cam.AlbumOf("title", collection.Body{
		Recipients: []collection.UserID{bob, carl}, Completers: []collection.UserID{carl}})
	r.cam.Shares(r.name)
	r.bob.Hears(notify.Shared, 5)
	for i := range r.cam.Items {
		r.bob.Wishes(r.cam.Ref(r.name, i, 2))
	}
	for _, s := range []*labtest.Peer{r.home, r.attic, r.friend} {
		s.Refreshes(r.name)
	}
	r.friend.Imports(r.cam, r.name)
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
	for _, s := range []*labtest.Peer{r.home, r.attic, r.friend} {
		r.w.Net.(*lab.Network).Cut(s.Name, "hub")
	}
	say(r.home.Author.Withdraw(t.Context(), r.name, r.ids(withdrawn)...))
	say(r.attic.Author.TakeBack(t.Context(), r.name, r.ids(takenBack)...))
	say(r.attic.Author.Withdraw(t.Context(), r.name, r.ids(bothLater)...))
	say(r.friend.Author.Publish(t.Context(), r.name))
	r.w.Net.(*lab.Network).Heal()
}

func (r *race) ids(places []int) (ids []collection.ItemID) {
	for _, i := range places {
		ids = append(ids, r.cam.Items[i].ID)
	}
	return ids
}

// TestRaceOfThree: withdrawal, completion and take-back from three stations end
// the same everywhere, in whatever order they come to the hub and however often. What
// was taken back is there again if friend announces it after that.
func TestRaceOfThree(t *testing.T) {
	for _, test := range []struct {
		order []int
		again label.Rank // what was taken back
	}{
		{[]int{0, 1, 2, 0}, label.Complete}, {[]int{0, 2, 1, 0}, label.Pending}, {[]int{1, 0, 2, 1}, label.Complete},
		{[]int{1, 2, 0, 1}, label.Complete}, {[]int{2, 0, 1, 2}, label.Complete}, {[]int{2, 0, 1}, label.Pending}, {[]int{2, 1, 0}, label.Pending},
	} {
		t.Run(fmt.Sprint(test.order), func(t *testing.T) {
			r := newRace(t)
			for _, i := range test.order {
				labtest.Must(t, r.tells(i))
			}
			r.bob.Receives()
			for _, s := range []*labtest.Peer{r.home, r.attic, r.friend, r.bob} {
				s.Refreshes(r.name)
				r.ends(t, s, test.again)
			}
			r.lateOriginal(t, test.again)
		})
	}
}

// tells has one of the three tell the hub what it has said.
func (r *race) tells(i int) error {
	if i == 2 {
		return r.friend.Author.Publish(r.w.T.Context(), r.name)
	}
	return []*labtest.Peer{r.home, r.attic}[i].Author.NotifyHub(r.w.T.Context(), r.name)
}

// ends checks the ranks that a station has in the end.
func (r *race) ends(t *testing.T, s *labtest.Peer, again label.Rank) {
	t.Helper()
	c := s.Views(r.name)
	for i, want := range []struct {
		generation uint32
		level      label.Rank
	}{{0, label.Withdrawn}, {1, again}, {1, again}, {0, label.Complete}, {1, label.Withdrawn}} {
		if _, rank := c.At(i); rank.Generation() != want.generation || rank.Level() != int(want.level) {
			t.Errorf("item %d ends as %v", i, rank)
		}
	}
}

// lateOriginal checks that an original of a withdrawn item is refused, by the hub
// and by the gate, and that wishes for it have ended with that answer.
func (r *race) lateOriginal(t *testing.T, again label.Rank) {
	t.Helper()
	for _, i := range []int{0, 4} {
		late := transport.Announcement{Author: r.name.Author, ID: r.name.ID, Items: transport.BitsOf(i), URL: r.friend.URL(), Endpoint: r.friend.Source().Endpoint}
		if _, err := r.friend.ToHub().Announce(t.Context(), late); !errors.Is(err, transport.ErrWithdrawn) {
			t.Errorf("a late original of item %d: %v", i, err)
		}
		r.bob.CannotFetch(label.ErrWithdrawn, r.cam.Ref(r.name, i, 2))
		if err := r.ended[r.cam.Items[i].ID]; !errors.Is(err, label.ErrWithdrawn) {
			t.Errorf("the wish for item %d: %v", i, err)
		}
	}
	waiting := 0
	if again == label.Pending {
		waiting = 2
	}
	r.bob.HasWishes(waiting)
	r.friend.Publishes(r.name) // all but what is withdrawn
	r.bob.Receives()
	r.bob.HasWishes(0)
}
