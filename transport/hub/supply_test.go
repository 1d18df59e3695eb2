package hub_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestAnotherPeerIsSilent: what a silent peer does not supply holds nobody up,
// neither at once nor in a round of probes, if the sharer has not waited for it.
func TestAnotherPeerIsSilent(t *testing.T) {
	for _, waits := range []bool{true, false} {
		w, cam, home, attic, b, second := poor(t)
		silences(w, home)
		if !waits {
			w.Configure(func(cfg *hub.Config) { cfg.Timeout = time.Minute })
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if err := attic.Author.Publish(ctx, second); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("published: %v", err)
			}
			cancel()
			asked := silences(w, home)
			w.Probes()
			if n := asked.Load(); n > 2 {
				t.Errorf("%d requests to a peer that is silent", n)
			}
		}
		attic.Publishes(second)
		b.Hears(notify.Shared, 0)
		b.Fetches(cam.Ref(second, 0, 2))
	}
}

// poor is a world in which the home peer has published a collection in all its
// versions, the hub's cache has expired, and another peer of the same user, which
// has only the originals, from a disk, makes a second collection of them.
func poor(t *testing.T) (w *labtest.World, cam *labtest.Camera, home, attic, b *labtest.Peer, second collection.Name) {
	w = labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, attic, b = w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(ann, "attic"), w.Peer(bob, "bob")
	cam.Screens()
	first := cam.Album("first")
	cam.Syncs(home, first)
	home.Publishes(first)
	w.Pass(time.Hour)
	w.Expires(w.Now())

	attic.Refreshes(first)
	attic.Imports(cam, first)
	second, err := attic.Author.Reshare(t.Context(), first, []collection.ItemID{cam.Items[0].ID, cam.Items[1].ID, cam.Items[2].ID},
		collection.Header{Title: "second", Authority: w.Authority()}, bob)
	labtest.Must(t, err)
	return w, cam, home, attic, b, second
}

// TestAnotherPeerSupplies: what the hub requires and the peer that shares cannot
// supply comes from another peer, before labels go and anyone is told.
func TestAnotherPeerSupplies(t *testing.T) {
	_, cam, _, attic, b, second := poor(t)
	attic.Publishes(second)
	b.Hears(notify.Shared, 0)
	for i := range cam.Items {
		stream, err := b.ToHub().Version(t.Context(), cam.Ref(second, i, 1), 0)
		labtest.Must(t, err)
		labtest.Must(t, stream.Close())
		for v := range 3 {
			b.Fetches(cam.Ref(second, i, v))
		}
	}
}

// TestAnotherPeerIsOff: what nobody supplies holds nobody up.
func TestAnotherPeerIsOff(t *testing.T) {
	_, cam, home, attic, b, second := poor(t)
	labtest.Must(t, home.Close(t.Context()))
	attic.Publishes(second)
	b.Hears(notify.Shared, 0)
	b.Fetches(cam.Ref(second, 0, 2))
}

// TestAnotherPeersOtherBytes: what another peer supplies is checked like all
// else, and bytes that are wrong are not stored.
func TestAnotherPeersOtherBytes(t *testing.T) {
	w, cam, home, attic, b, second := poor(t)
	c, err := cam.Collection(t.Context(), firstOf(t, cam))
	labtest.Must(t, err)
	d, _ := c.Digest(0, 1)
	forge(t, w, home.Store, "v/"+c.Author().String()+"/"+d.String())
	attic.Publishes(second)
	b.Hears(notify.Shared, 0)
	if err := b.Reader.Fetch(t.Context(), cam.Ref(second, 0, 1)); err == nil {
		t.Error("a forged screen")
	}
}

// forge puts other bytes into a store.
func forge(t *testing.T, w *labtest.World, store transport.Store, key string) {
	labtest.Must(t, lab.PutVersion(t.Context(), store, key, make([]byte, 20_000)))
}

// TestAnotherPeerAfterACrash: at whatever change of its store the hub crashes
// while it gets what another peer supplies, it comes to the same end.
func TestAnotherPeerAfterACrash(t *testing.T) {
	for n := 0; ; n++ {
		w, cam, _, attic, b, second := poor(t)
		crash := &lab.Crash{Store: w.Hub.Store, Before: n, After: n%2 == 0}
		w.Restart(crash)
		err := attic.Author.Publish(t.Context(), second)
		w.Restart(w.Hub.Store)
		if !crash.Crashed() {
			labtest.Must(t, err)
			break
		}
		w.Probes()
		attic.Publishes(second)
		b.Receives()
		c := b.Views(second)
		stream, err := b.ToHub().Version(t.Context(), cam.Ref(second, 2, 1), 0)
		if err != nil || c.Labelled() != 0 {
			t.Fatalf("crash at change %d: %v, %d labels", n, err, c.Labelled())
		}
		labtest.Must(t, stream.Close())
	}
}
