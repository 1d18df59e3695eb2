package hub_test

import (
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// floods shares n collections of one photo each with a user, whose thumbnails
// have some size.
func floods(t *testing.T, w *labtest.World, c *labtest.Camera, n, size int, to collection.UserID) {
	t.Helper()
	for i := range n {
		id, err := c.NewItemID()
		labtest.Must(t, err)
		c.Items = []collection.Item{{ID: id}}
		c.Card[id] = lab.Photo{lab.Noise(fmt.Sprint(i), size)}
		c.SharesWith(w.Hub.Hub.As(c.User), c.Album("flood", to))
	}
}

// TestFloodedInbox: however many notifications wait, and with whatever covers,
// an answer is small, and all come to their reader.
func TestFloodedInbox(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	mal, ann, bob := w.User("mallory"), w.User("ann"), w.User("bob")
	const n = 80
	floods(t, w, w.Camera(mal, 0), n, 64<<10, bob)
	cam, b := w.Camera(ann, 1), w.Peer(bob, "bob")
	cam.Shares(cam.Album("from ann", bob))
	heard := map[string]int{}
	for range n + 1 {
		before := b.Received.Load()
		news := b.Receives()
		for _, one := range news {
			heard[one.Title]++
		}
		if took := b.Received.Load() - before; took > 5<<20 {
			t.Fatalf("%d bytes for %d notifications", took, len(news))
		}
	}
	if heard["flood"] != n || heard["from ann"] != 1 {
		t.Errorf("heard %v", heard)
	}
}

// TestPages: a feed of many collections comes in pages, each entry once, to each station
// that has not read it, and what comes meanwhile comes after them.
func TestPages(t *testing.T) {
	w := labtest.New(t, hub.Config{Unasked: hub.Unasked{Collections: -1, Items: -1}})
	mal, bob := w.User("mallory"), w.User("bob")
	const n = 520
	floods(t, w, w.Camera(mal, 0), n, 10, bob)
	cam := w.Camera(w.User("ann"), 1)
	for range 2 {
		seen := map[collection.ID]int{}
		var asked transport.ChangesRequest
		for _, want := range []int{500, n - 500 + 1, 0} {
			page, err := w.Hub.Hub.As(bob).Changes(t.Context(), asked)
			labtest.Must(t, err)
			if asked.After.Number == 0 {
				cam.Shares(cam.Album("meanwhile", bob))
			}
			for _, e := range page.Entries {
				seen[e.Notification.Collection]++
			}
			if len(page.Entries) < want {
				t.Fatalf("%d entries after number %d, want %d", len(page.Entries), asked.After.Number, want)
			}
			asked.After = page.Next
		}
		for id, times := range seen {
			if times != 1 {
				t.Errorf("%v seen %d times", id, times)
			}
		}
	}
}
