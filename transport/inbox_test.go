package transport_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// floods shares n collections of one photo each with a user, whose thumbnails
// have some size.
func (c *camera) floods(t *testing.T, n, size int, to collection.UserID) {
	t.Helper()
	for i := range n {
		id, err := c.NewItemID()
		must(t, err)
		c.items = []collection.Item{{ID: id}}
		c.versions[id] = [3][]byte{noise(i, 0, size)}
		_, err = c.Share(t.Context(), c.w.hub.As(c.user), c.make("flood", to))
		must(t, err)
	}
}

// TestFloodedInbox: however many notifications wait, and with whatever covers,
// an answer is small, and all come to their reader.
func TestFloodedInbox(t *testing.T) {
	w := newWorld(t, hub.Config{})
	mal, ann, bob := w.user("mallory"), w.user("ann"), w.user("bob")
	const n = 80
	w.camera(mal, 0).floods(t, n, 64<<10, bob)
	cam, b := w.camera(ann, 1), w.peer(bob, "bob")
	_, err := cam.Share(t.Context(), cam.hub, cam.make("from ann", bob))
	must(t, err)
	heard := map[string]int{}
	for range n + 1 {
		before := b.wire.received.Load()
		news, err := b.Receive(t.Context())
		must(t, err)
		for _, one := range news {
			heard[one.Title]++
		}
		if took := b.wire.received.Load() - before; took > 2<<20 {
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
	w := newWorld(t, hub.Config{})
	mal, bob := w.user("mallory"), w.user("bob")
	const n = 150
	w.camera(mal, 0).floods(t, n, 10, bob)
	seen := map[collection.ID]int{}
	for range 6 {
		got, err := w.hub.As(bob).Notifications(t.Context())
		must(t, err)
		if len(got.Waiting) == 0 || len(got.Waiting) > 64 {
			t.Fatalf("%d in one answer", len(got.Waiting))
		}
		for _, d := range got.Waiting {
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
	acknowledgeAll(t, w.hub.As(bob), n)
}

// acknowledgeAll reads an inbox until it is empty.
func acknowledgeAll(t *testing.T, in transport.Inbox, n int) {
	t.Helper()
	for n > 0 {
		got, err := in.Notifications(t.Context())
		must(t, err)
		var r transport.Receipts
		for _, d := range got.Waiting {
			r.Read = append(r.Read, d.Receipt())
		}
		must(t, in.Acknowledge(t.Context(), r))
		if n -= len(r.Read); len(r.Read) == 0 {
			t.Fatalf("%d never came", n)
		}
	}
	if got, err := in.Notifications(t.Context()); len(got.Waiting) != 0 || err != nil {
		t.Errorf("%d are left, %v", len(got.Waiting), err)
	}
}
