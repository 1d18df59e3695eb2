package transport_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestWishesAndWithdrawal: what is wished for comes by itself when its label
// goes; a wish for a withdrawn item ends with that answer, and a late original
// is refused.
func TestWishesAndWithdrawal(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob")
	ended := map[collection.ItemID]error{}
	b.reopen(func(cfg *peer.Config) {
		cfg.Wished = func(ref transport.Ref, err error) { ended[ref.Item] = err }
	})
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	b.hears(t, notify.Shared, 3)
	before := b.wire.requests.Load()
	for i := range 2 {
		must(t, b.Wish(t.Context(), ref(name, cam, i, 2)))
	}
	if n := b.wire.requests.Load() - before; n != 0 || len(ended) != 0 {
		t.Errorf("a wish for what is not there caused %d requests", n)
	}
	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Withdraw(t.Context(), name, cam.items[1].ID))
	if err := b.Withdraw(t.Context(), name, cam.items[1].ID); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("a recipient withdraws: %v", err)
	}
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 1)

	if err, ok := ended[cam.items[0].ID]; !ok || err != nil {
		t.Errorf("the first wish: %v, %v", ok, err)
	}
	if err := ended[cam.items[1].ID]; !errors.Is(err, label.ErrWithdrawn) {
		t.Errorf("the second wish: %v", err)
	}
	if wishes, err := b.Wishes(t.Context()); len(wishes) != 0 || err != nil {
		t.Errorf("wishes left: %v, %v", wishes, err)
	}
	if blob, err := b.Open(t.Context(), ref(name, cam, 0, 2)); err != nil || blob.Size() != 70_000 {
		t.Errorf("what was wished for: %v", err)
	}
	late := transport.Announcement{Author: ann, ID: name.ID, Items: transport.BitsOf(1), URL: home.url}
	if _, err := home.hub.Announce(t.Context(), late); !errors.Is(err, transport.ErrWithdrawn) {
		t.Errorf("a late original: %v", err)
	}
}

// TestSearchObeysTheLatestLabel: a search that brings the news of a withdrawal
// with it is refused by that news.
func TestSearchObeysTheLatestLabel(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 1), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	if found, err := b.Search(t.Context(), ref(name, cam, 0, 2)); err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	must(t, home.Withdraw(t.Context(), name, cam.items[0].ID))
	if found, err := b.Search(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrWithdrawn) || found != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// TestTakeBack: what is lost is labelled again, in a new generation, and
// completed again.
func TestTakeBack(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	must(t, home.TakeBack(t.Context(), name, cam.items[0].ID))
	b.hears(t, notify.Lost, 1)
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("fetch of what was taken back: %v", err)
	}
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// TestEdition: the author gives a better title later, and availability is not
// disturbed.
func TestEdition(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("2026-07-01 camera Ann", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	must(t, home.Edit(t.Context(), name, func(h *collection.Header, items []collection.Item) {
		h.Title, items[0].Caption = "Picnic", "the cake"
	}))
	must(t, b.Refresh(t.Context(), name))
	v, err := b.View(t.Context(), name)
	must(t, err)
	if c := v.Collection(); c.Title() != "Picnic" || c.Item(0).Caption != "the cake" || c.Labelled() != 0 {
		t.Errorf("%q, %q, %d labels", c.Title(), c.Item(0).Caption, c.Labelled())
	}
}
