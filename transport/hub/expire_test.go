package hub_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestExpiredCache: when the cache has expired, a complete item that is shared
// again is not labelled and a partial one still is, only what has expired is
// asked for again, and nobody is told of any of it.
func TestExpiredCache(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob")
	old := cam.Album("old", bob)
	cam.Syncs(home, old)
	home.Publishes(old)
	b.Hears(notify.Shared, 0)

	w.Pass(48 * time.Hour)
	cam.Add(3)
	all := cam.Items
	cam.Items = all[3:]
	newer := cam.Album("newer", bob) // the fourth photo is partial
	cam.Items = all
	cam.Shares(newer)
	b.Hears(notify.Shared, 1)

	w.Expires(w.Now().Add(-24 * time.Hour))
	b.HearsNothing()
	if inCache(t, w, cam.BlobKey(old, 0, 0)) {
		t.Error("a thumbnail has not expired")
	}
	b.Fetches(cam.Ref(newer, 3, 0))

	again := cam.Album("again", bob)
	sent := cam.Sent.Load()
	cam.Shares(again)
	if n := cam.Sent.Load() - sent; n < 3*4096 || n > 3*4096+2500 {
		t.Errorf("%d bytes sent for the three thumbnails that have expired", n)
	}
	b.Hears(notify.Shared, 1)
	c := b.Views(again)
	for i, want := range []bool{false, false, false, true} {
		if _, rank := c.At(i); rank.Labelled() != want {
			t.Errorf("item %d: %v", i, rank)
		}
	}
	b.Fetches(cam.Ref(again, 0, 0))
	b.Fetches(cam.Ref(again, 0, 2))
}

// TestExpiredTwice: a version that came again expires by its new age.
func TestExpiredTwice(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 2)
	name := cam.Album("title")
	share := func(bytes int64) {
		t.Helper()
		before := cam.Sent.Load()
		cam.Shares(name)
		if n := cam.Sent.Load() - before; n < bytes || n > bytes+2000 {
			t.Errorf("%d bytes sent, want about %d", n, bytes)
		}
	}
	share(2 * 4096)
	w.Pass(time.Hour)
	w.Expires(w.Now())
	share(2 * 4096)
	w.Expires(w.Now())
	share(0)
	w.Pass(time.Hour)
	w.Expires(w.Now())
	share(2 * 4096)
}

// TestCrashWhileExpiring: at whatever change of its store a hub crashes, it
// never says that it holds what it does not, and the next Expire ends the work.
func TestCrashWhileExpiring(t *testing.T) {
	labtest.EachCrash(t, func(crash *lab.Crash) {
		w := labtest.New(t, hub.Config{})
		ann, bob := w.User("ann"), w.User("bob")
		cam, b := w.Camera(ann, 3), w.Peer(bob, "bob")
		names := []collection.Name{cam.Album("one", bob), cam.Album("two", bob)}
		for _, name := range names {
			cam.Shares(name)
		}
		w.Pass(time.Hour)
		crash.Store = w.Hub.Store
		w.Restart(crash)
		err := w.Hub.Hub.Expire(t.Context(), w.Now())
		if !crash.Crashed() {
			labtest.Must(t, err)
		}
		w.Restart(w.Hub.Store)
		inStep(t, w)
		for _, name := range names {
			cam.Shares(name)
		}
		b.Receives()
		for i := range cam.Items {
			b.Fetches(cam.Ref(names[1], i, 0))
		}
		w.Pass(time.Hour)
		w.Expires(w.Now())
		emptyCache(t, w, cam)
	})
}

// nameIn is the collection whose name is the end of a key.
func nameIn(t *testing.T, key string) (name collection.Name) {
	t.Helper()
	parts := strings.Split(key, "/")
	labtest.Must(t, errors.Join(name.Author.UnmarshalText([]byte(parts[1])), name.ID.UnmarshalText([]byte(parts[2]))))
	return name
}

// inStep checks that the hub's states name no versions whose bytes are not there.
func inStep(t *testing.T, w *labtest.World) {
	t.Helper()
	for r, err := range w.Hub.Store.Scan(t.Context(), lab.HeadKey, "", 0) {
		labtest.Must(t, err)
		s, err := lab.State(t.Context(), w.Hub.Store, nameIn(t, r.Key))
		labtest.Must(t, err)
		for v, items := range s.Held {
			for i := range items.Places() {
				d, _ := s.Collection.Digest(i, v)
				if _, err := lab.Version(t.Context(), w.Hub.Store, "v/"+s.Collection.Author().String()+"/"+d.String()); err != nil {
					t.Fatalf("version %d of item %d is said to be held: %v", v, i, err)
				}
			}
		}
	}
}

// TestExpireWhileSharing: shares and expiry at the same time leave states and
// bytes in step.
func TestExpireWhileSharing(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 4)
	stop, ended := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			if err := w.Hub.Hub.Expire(context.Background(), w.Now().Add(time.Hour)); err != nil {
				ended <- err
				return
			}
			runtime.Gosched() // WebAssembly has no other way to let the sharers on
		}
	}()
	var sharing sync.WaitGroup
	for range 3 {
		name := cam.Album("title") // of the same photos
		sharing.Go(func() {
			for range 20 {
				_, err := cam.Share(t.Context(), cam.ToHub(), name)
				// What was sent may have expired before it counted.
				if err != nil && !errors.Is(err, transport.ErrMalformed) {
					t.Error(err)
				}
			}
		})
	}
	sharing.Wait()
	close(stop)
	labtest.Must(t, <-ended)
	inStep(t, w)
}

// emptyCache checks that no bytes are left and that nothing is said to be held.
func emptyCache(t *testing.T, w *labtest.World, cam *labtest.Camera) {
	t.Helper()
	for name, err := range cam.Collections(t.Context()) {
		labtest.Must(t, err)
		for i := range cam.Items {
			if _, err := w.Hub.Hub.As(cam.User).Version(context.Background(), cam.Ref(name, i, 0), 0); !errors.Is(err, transport.ErrNotFound) {
				t.Errorf("item %d: %v", i, err)
			}
		}
		if answer := cam.Offers(name); answer.Missing[0].Len() != 3 {
			t.Errorf("missing %v", answer.Missing)
		}
	}
	for r, err := range w.Hub.Store.Scan(t.Context(), "age/", "", 0) {
		labtest.Must(t, err)
		t.Errorf("%s is left", r.Key)
	}
}

// TestCompleteItemSharedAgain: a complete item is not labelled in a later
// collection, although the hub's cache has lost its thumbnail; a partial one is;
// and only what has expired is asked for again.
func TestCompleteItemSharedAgain(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob")
	old := cam.Album("old", bob)
	cam.Shares(old)
	cam.Syncs(home, old)
	home.Publishes(old)
	b.Hears(notify.Shared, 0) // the two notifications have become one

	labtest.Must(t, lab.LoseVersion(t.Context(), w.Hub.Store, cam.BlobKey(old, 0, 0)))
	cam.Add(2)
	name := cam.Album("new", bob)
	sent := cam.Sent.Load()
	cam.Shares(name)
	if n := cam.Sent.Load() - sent; n < 2*4096 || n > 2*4096+2000 {
		t.Errorf("%d bytes sent for two thumbnails", n)
	}
	b.Hears(notify.Shared, 1)
	c := b.Views(name)
	for i, want := range []bool{false, false, true} {
		if _, rank := c.At(i); rank.Labelled() != want {
			t.Errorf("item %d: %v", i, rank)
		}
	}
	b.Fetches(cam.Ref(name, 1, 2))
}

// TestRefusedCollectionExpires: its versions expire as all others do.
func TestRefusedCollectionExpires(t *testing.T) {
	r := newRefused(t)
	r.w.Expires(r.w.Now().Add(time.Hour))
	for r, err := range r.w.Hub.Store.Scan(t.Context(), "age/", "", 0) {
		labtest.Must(t, err)
		t.Errorf("%s is left", r.Key)
	}
	inStep(t, r.w)
	for _, cam := range []*labtest.Camera{r.cam, r.other} {
		for name, err := range cam.Collections(t.Context()) {
			labtest.Must(t, err)
			if _, err := lab.Version(t.Context(), r.w.Hub.Store, cam.BlobKey(name, 0, 0)); !errors.Is(err, transport.ErrNotFound) {
				t.Errorf("%v: %v", name, err)
			}
		}
	}
}

// TestTwinExpires: a version that a later collection has a twin of stays in the
// cache for as long as if it had come with that collection.
func TestTwinExpires(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 1), w.Peer(bob, "bob")
	cam.Shares(cam.Album("old"))
	w.Pass(time.Hour)
	cam.Add(1)
	cam.Copies(1)
	cam.Items = cam.Items[1:]
	name := cam.Album("new", bob)
	cam.Shares(name)
	w.Expires(w.Now())
	b.Hears(notify.Shared, 1)
	b.FetchesAll(cam, name, 0, true)
	b.Shows(cam, name, 0)
	w.Pass(time.Hour)
	w.Expires(w.Now())
	if _, err := b.ToHub().Version(t.Context(), cam.Ref(name, 0, 0), 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("it never expires: %v", err)
	}
}
