package transport_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestExpiredCache: when the cache has expired, a complete item that is shared
// again is not labelled and a partial one still is, only what has expired is
// asked for again, and nobody is told of any of it.
func TestExpiredCache(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob")
	old := cam.make("old", bob)
	_, err := cam.Share(t.Context(), cam.link(home), old)
	must(t, err)
	must(t, home.Publish(t.Context(), old))
	b.hears(t, notify.Shared, 0)

	w.clock = w.clock.Add(48 * time.Hour)
	cam.add(3)
	all := cam.items
	cam.items = all[3:]
	newer := cam.make("newer", bob) // the fourth photo is partial
	cam.items = all
	_, err = cam.Share(t.Context(), cam.hub, newer)
	must(t, err)
	b.hears(t, notify.Shared, 1)

	must(t, w.hub.Expire(t.Context(), w.clock.Add(-24*time.Hour)))
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("told that a cache has expired: %v, %v", news, err)
	}
	if _, err := b.hub.Version(t.Context(), ref(old, cam, 0, 0), 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("an expired thumbnail: %v", err)
	}
	must(t, b.Fetch(t.Context(), ref(newer, cam, 3, 0)))

	again := cam.make("again", bob)
	sent := cam.wire.sent.Load()
	_, err = cam.Share(t.Context(), cam.hub, again)
	must(t, err)
	if n := cam.wire.sent.Load() - sent; n < 3*4096 || n > 3*4096+2500 {
		t.Errorf("%d bytes sent for the three thumbnails that have expired", n)
	}
	b.hears(t, notify.Shared, 1)
	v, err := b.View(t.Context(), again)
	must(t, err)
	for i, want := range []bool{false, false, false, true} {
		if _, rank := v.Collection().At(i); rank.Labelled() != want {
			t.Errorf("item %d: %v", i, rank)
		}
	}
	must(t, b.Fetch(t.Context(), ref(again, cam, 0, 0)))
	must(t, b.Fetch(t.Context(), ref(again, cam, 0, 2)))
}

// TestExpiredTwice: a version that came again expires by its new age.
func TestExpiredTwice(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), 2)
	name := cam.make("title")
	share := func(bytes int64) {
		t.Helper()
		before := cam.wire.sent.Load()
		_, err := cam.Share(t.Context(), cam.hub, name)
		must(t, err)
		if n := cam.wire.sent.Load() - before; n < bytes || n > bytes+2000 {
			t.Errorf("%d bytes sent, want about %d", n, bytes)
		}
	}
	share(2 * 4096)
	w.clock = w.clock.Add(time.Hour)
	must(t, w.hub.Expire(t.Context(), w.clock))
	share(2 * 4096)
	must(t, w.hub.Expire(t.Context(), w.clock))
	share(0)
	w.clock = w.clock.Add(time.Hour)
	must(t, w.hub.Expire(t.Context(), w.clock))
	share(2 * 4096)
}

// TestCrashWhileExpiring: at whatever change of its store a hub crashes, it
// never says that it holds what it does not, and the next Expire ends the work.
func TestCrashWhileExpiring(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			w := newWorld(t, hub.Config{})
			ann, bob := w.user("ann"), w.user("bob")
			cam, b := w.camera(ann, 3), w.peer(bob, "bob")
			names := []collection.Name{cam.make("one", bob), cam.make("two", bob)}
			for _, name := range names {
				_, err := cam.Share(t.Context(), cam.hub, name)
				must(t, err)
			}
			w.clock = w.clock.Add(time.Hour)
			crash := &transporttest.Crash{Store: w.hubStore, Before: n, After: after}
			w.restart(crash)
			err := w.hub.Expire(t.Context(), w.clock)
			if !crash.Crashed() {
				must(t, err)
				break
			}
			w.restart(w.hubStore)
			w.inStep(t)
			for _, name := range names {
				_, err := cam.Share(t.Context(), cam.hub, name)
				must(t, err)
			}
			_, err = b.Receive(t.Context())
			must(t, err)
			for i := range cam.items {
				must(t, b.Fetch(t.Context(), ref(names[1], cam, i, 0)))
			}
			w.clock = w.clock.Add(time.Hour)
			must(t, w.hub.Expire(t.Context(), w.clock))
			w.emptyCache(t, cam)
		}
	}
}

// inStep checks that the hub's states name no versions whose bytes are not there.
func (w *world) inStep(t *testing.T) {
	t.Helper()
	for r, err := range w.hubStore.Scan(t.Context(), "c/") {
		must(t, err)
		var s engine.State
		must(t, s.UnmarshalBinary(r.Value))
		for v, items := range s.Held {
			for i := range items.Places() {
				d, _ := s.Collection.Digest(i, v)
				b, err := w.hubStore.Open(t.Context(), "v/"+s.Collection.Author().String()+"/"+d.String())
				if err != nil {
					t.Fatalf("version %d of item %d is said to be held: %v", v, i, err)
				}
				must(t, b.Close())
			}
		}
	}
}

// TestExpireWhileSharing: shares and expiry at the same time leave states and
// bytes in step.
func TestExpireWhileSharing(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), 4)
	stop, ended := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			if err := w.hub.Expire(context.Background(), w.clock.Add(time.Hour)); err != nil {
				ended <- err
				return
			}
			runtime.Gosched() // WebAssembly has no other way to let the sharers on
		}
	}()
	var sharing sync.WaitGroup
	for range 3 {
		name := cam.make("title") // of the same photos
		sharing.Go(func() {
			for range 20 {
				_, err := cam.Share(t.Context(), cam.hub, name)
				// What was sent may have expired before it counted.
				if err != nil && !errors.Is(err, transport.ErrMalformed) {
					t.Error(err)
				}
			}
		})
	}
	sharing.Wait()
	close(stop)
	must(t, <-ended)
	w.inStep(t)
}

// emptyCache checks that no bytes are left and that nothing is said to be held.
func (w *world) emptyCache(t *testing.T, cam *camera) {
	t.Helper()
	for name, err := range cam.Collections(t.Context()) {
		must(t, err)
		for i := range cam.items {
			if _, err := w.hub.As(cam.user).Version(context.Background(), ref(name, cam, i, 0), 0); !errors.Is(err, transport.ErrNotFound) {
				t.Errorf("item %d: %v", i, err)
			}
		}
		c, err := cam.Collection(t.Context(), name)
		must(t, err)
		data, err := c.MarshalBinary()
		must(t, err)
		answer, err := w.hub.As(cam.user).Share(t.Context(), transport.Share{Collection: data, Offers: []transport.Bits{transport.AllBits(3)}})
		must(t, err)
		if answer.Missing[0].Len() != 3 {
			t.Errorf("missing %v", answer.Missing)
		}
	}
	for r, err := range w.hubStore.Scan(t.Context(), "age/") {
		must(t, err)
		t.Errorf("%s is left", r.Key)
	}
}
