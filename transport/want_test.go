package transport_test

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// poor is a world in which the home peer has published a collection in all its
// versions, the hub's cache has expired, and another peer of the same user, which
// has only the originals, from a disk, makes a second collection of them.
func poor(t *testing.T) (w *world, cam *camera, home, attic, b *station, second collection.Name) {
	w = newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, attic, b = w.camera(ann, 3), w.peer(ann, "home"), w.peer(ann, "attic"), w.peer(bob, "bob")
	cam.screens()
	first := cam.make("first")
	_, err := cam.Share(t.Context(), cam.link(home), first)
	must(t, err)
	must(t, home.Publish(t.Context(), first))
	w.clock = w.clock.Add(time.Hour)
	must(t, w.hub.Expire(t.Context(), w.clock))

	must(t, attic.Refresh(t.Context(), first))
	attic.gets(t, first, cam)
	second, err = attic.Reshare(t.Context(), first, []collection.ItemID{cam.items[0].ID, cam.items[1].ID, cam.items[2].ID},
		collection.Header{Title: "second", Authority: collection.KeyID(w.hub.PublicKey().ID())}, bob)
	must(t, err)
	return w, cam, home, attic, b, second
}

// TestAnotherPeerSupplies: what the hub requires and the peer that shares cannot
// supply comes from another peer, before labels go and anyone is told.
func TestAnotherPeerSupplies(t *testing.T) {
	_, cam, _, attic, b, second := poor(t)
	must(t, attic.Publish(t.Context(), second))
	b.hears(t, notify.Shared, 0)
	for i := range cam.items {
		stream, err := b.hub.Version(t.Context(), ref(second, cam, i, 1), 0)
		must(t, err)
		must(t, stream.Close())
		for v := range 3 {
			must(t, b.Fetch(t.Context(), ref(second, cam, i, v)))
		}
	}
}

// TestAnotherPeerIsOff: what nobody supplies holds nobody up.
func TestAnotherPeerIsOff(t *testing.T) {
	_, cam, home, attic, b, second := poor(t)
	must(t, home.Close(t.Context()))
	must(t, attic.Publish(t.Context(), second))
	b.hears(t, notify.Shared, 0)
	must(t, b.Fetch(t.Context(), ref(second, cam, 0, 2)))
}

// TestAnotherPeersOtherBytes: what another peer supplies is checked like all
// else, and bytes that are wrong are not stored.
func TestAnotherPeersOtherBytes(t *testing.T) {
	w, cam, home, attic, b, second := poor(t)
	c, err := cam.Collection(t.Context(), firstOf(t, cam))
	must(t, err)
	d, _ := c.Digest(0, 1)
	w.forge(t, home.store, "v/"+c.Author().String()+"/"+d.String())
	must(t, attic.Publish(t.Context(), second))
	b.hears(t, notify.Shared, 0)
	if err := b.Fetch(t.Context(), ref(second, cam, 0, 1)); err == nil {
		t.Error("a forged screen")
	}
}

// forge puts other bytes into a store.
func (w *world) forge(t *testing.T, store transport.Store, key string) {
	must(t, store.Delete(t.Context(), key))
	out, err := store.Create(t.Context(), key)
	must(t, err)
	_, err = out.Write(make([]byte, 20_000))
	must(t, err)
	must(t, out.Commit(t.Context()))
}

// TestAnotherPeerAfterACrash: at whatever change of its store the hub crashes
// while it gets what another peer supplies, it comes to the same end.
func TestAnotherPeerAfterACrash(t *testing.T) {
	for n := 0; ; n++ {
		w, cam, _, attic, b, second := poor(t)
		crash := &transporttest.Crash{Store: w.hubStore, Before: n, After: n%2 == 0}
		w.restart(crash)
		err := attic.Publish(t.Context(), second)
		w.restart(w.hubStore)
		if !crash.Crashed() {
			must(t, err)
			break
		}
		must(t, w.hub.Probe(t.Context()))
		must(t, attic.Publish(t.Context(), second))
		_, err = b.Receive(t.Context())
		must(t, err)
		v, err := b.View(t.Context(), second)
		must(t, err)
		stream, err := b.hub.Version(t.Context(), ref(second, cam, 2, 1), 0)
		if err != nil || v.Collection().Labelled() != 0 {
			t.Fatalf("crash at change %d: %v, %d labels", n, err, v.Collection().Labelled())
		}
		must(t, stream.Close())
	}
}
