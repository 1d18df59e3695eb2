package peer_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestTwinHandOver: equal bytes are carried over a local link once, and count once.
func TestTwinHandOver(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 3), w.Peer(bob, "bob")
	b.Restart(accepts(3))
	cam.Copies(2)
	name := cam.Album("title", bob)
	cam.HandsOver(b, name, 2*4096+140_000)
	b.Shows(cam, name, 0)
	v, err := b.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	for i, want := range []bool{true, false, true} {
		if v.Held(i).Has(2) != want {
			t.Errorf("original %d: held %v", i, !want)
		}
	}
}

// TestTwinWithdrawn: an item that is withdrawn takes nothing from its twin, in this
// collection or another, and gets nothing from it.
func TestTwinWithdrawn(t *testing.T) {
	w, cam, home, b, name := atHome(t, 2, collection.Body{})
	cam.Copies(1)
	twins := cam.Album("twins", b.User)
	cam.Syncs(home, twins)
	home.Publishes(twins)
	home.Withdraws(twins, cam.Items[0].ID)
	home.Publishes(name)
	b.Receives()
	w.Probes()
	b.CannotFetch(label.ErrWithdrawn, cam.Ref(twins, 0, 2))
	b.Fetches(cam.Ref(twins, 1, 2))
	b.Fetches(cam.Ref(twins, 1, 0))
	b.Fetches(cam.Ref(name, 0, 2))
}

// twin gives version v of item i the bytes of version u of item j.
func twin(c *labtest.Camera, i, v, j, u int) {
	photo := c.Card[c.Items[i].ID]
	photo[v] = c.Card[c.Items[j].ID][u]
	c.Card[c.Items[i].ID] = photo
}

// kinds of collections of three photos with versions that are equal.
var kinds = map[string]struct {
	make       func(*labtest.Camera)
	thumbnails int64 // that differ
	originals  int
}{
	"copies":            {func(c *labtest.Camera) { c.Copies(1, 2) }, 1, 1},
	"another rating":    {func(c *labtest.Camera) { twin(c, 1, 0, 0, 0); twin(c, 2, 0, 0, 0) }, 1, 3},
	"another thumbnail": {func(c *labtest.Camera) { twin(c, 1, 2, 0, 2) }, 3, 2},
	"small photos":      {func(c *labtest.Camera) { twin(c, 1, 2, 1, 0); twin(c, 2, 2, 0, 0) }, 3, 3},
	"the other way": {func(c *labtest.Camera) {
		twin(c, 1, 0, 0, 0)
		twin(c, 0, 2, 0, 0)
		twin(c, 1, 2, 0, 0)
		twin(c, 2, 2, 0, 0)
	}, 2, 0},
	"nothing in it":      {func(c *labtest.Camera) { blank(c, 0); blank(c, 2) }, 2, 3},
	"of another in time": {func(c *labtest.Camera) { c.Copies(2) }, 2, 2},
}

// blank makes a thumbnail of no bytes.
func blank(c *labtest.Camera, i int) {
	photo := c.Card[c.Items[i].ID]
	photo[0] = []byte{}
	c.Card[c.Items[i].ID] = photo
}

// TestTwins: of versions with equal bytes one goes over each link, and all items
// have them, whether they are wanted at once or one after the other.
func TestTwins(t *testing.T) {
	for what, kind := range kinds {
		for _, atOnce := range []bool{true, false} {
			t.Run(what, func(t *testing.T) {
				w := labtest.New(t, hub.Config{})
				ann, bob := w.User("ann"), w.User("bob")
				cam, home, b := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob")
				home.Restart(func(cfg *peer.Config) { cfg.Render = nil })
				kind.make(cam)
				name := cam.Album("title", bob)
				answer := cam.Shares(name)
				if sent := cam.Sent.Load(); answer.Next != transport.Done || sent > kind.thumbnails*4096+2500 {
					t.Errorf("%v after %d bytes", answer.Next, sent)
				}
				b.Hears(notify.Shared, 3)
				b.FetchesAll(cam, name, 0, atOnce)
				b.Shows(cam, name, 0)
				if n := b.Downloads(); n != int(kind.thumbnails) {
					t.Errorf("%d thumbnails came", n)
				}

				cam.Syncs(home, name)
				home.Publishes(name)
				b.Hears(notify.Available, 0)
				before := b.Downloads()
				b.FetchesAll(cam, name, 2, atOnce)
				b.Shows(cam, name, 2)
				if n := b.Downloads() - before; n > kind.originals {
					t.Errorf("%d originals came", n)
				}
			})
		}
	}
}

// TestTwinsAtHome: exact copies go home once, their screens go to the hub once, and
// all are complete.
func TestTwinsAtHome(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob")
	home.Restart(func(cfg *peer.Config) { cfg.Workers = 3 })
	cam.Copies(1, 2)
	name := cam.Album("title", bob)
	cam.Syncs(home, name)
	if n := cam.Sent.Load(); n < 140_000 || n > 140_000+2*4096+2500 {
		t.Errorf("%d bytes went home", n)
	}
	home.Shows(cam, name, 2)
	home.Publishes(name)
	b.Hears(notify.Shared, 0)
	b.FetchesAll(cam, name, 1, true)
	if n := b.Downloads(); n != 1 {
		t.Errorf("%d screens came", n)
	}
}
