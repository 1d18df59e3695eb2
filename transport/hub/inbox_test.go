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
		if took := b.Received.Load() - before; took > 2<<20 {
			t.Fatalf("%d bytes for %d notifications", took, len(news))
		}
	}
	if heard["flood"] != n || heard["from ann"] != 1 {
		t.Errorf("heard %v", heard)
	}
}

// TestUnreadInbox: notifications that are never acknowledged come again, and do
// not keep others away.
func TestUnreadInbox(t *testing.T) {
	w := labtest.New(t, hub.Config{Unasked: hub.Unasked{Collections: -1, Items: -1}})
	mal, bob := w.User("mallory"), w.User("bob")
	const n = 150
	floods(t, w, w.Camera(mal, 0), n, 10, bob)
	seen := map[collection.ID]int{}
	for range 6 {
		waiting := w.Waiting(bob)
		if len(waiting) == 0 || len(waiting) > 64 {
			t.Fatalf("%d in one answer", len(waiting))
		}
		for _, d := range waiting {
			seen[d.Notification.Collection]++
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d seen", len(seen), n)
	}
	for id, times := range seen {
		if times != 2 {
			t.Errorf("%v seen %d times", id, times)
		}
	}
	acknowledgeAll(t, w.Hub.Hub.As(bob), n)
}

// acknowledgeAll reads an inbox until it is empty.
func acknowledgeAll(t *testing.T, in transport.Inbox, n int) {
	t.Helper()
	var r transport.Receipts
	for n > 0 {
		got, err := in.Notifications(t.Context(), r)
		labtest.Must(t, err)
		r.Read = nil
		for _, d := range got.Waiting {
			r.Read = append(r.Read, d.Receipt())
		}
		if n -= len(r.Read); len(r.Read) == 0 {
			t.Fatalf("%d never came", n)
		}
	}
	if got, err := in.Notifications(t.Context(), r); len(got.Waiting) != 0 || err != nil {
		t.Errorf("%d are left, %v", len(got.Waiting), err)
	}
}
