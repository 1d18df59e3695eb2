package peer_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// readings counts the calls that read a store.
type readings struct {
	transport.Store
	n atomic.Int64
}

func (r *readings) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	r.n.Add(1)
	return r.Store.Get(ctx, keys...)
}

func (r *readings) Scan(ctx context.Context, prefix, from string, limit int) iter.Seq2[transport.Record, error] {
	r.n.Add(1)
	return r.Store.Scan(ctx, prefix, from, limit)
}

func (r *readings) Open(ctx context.Context, key string) (transport.Blob, error) {
	r.n.Add(1)
	return r.Store.Open(ctx, key)
}

// TestViewCost: a view of many items reads the store as often as one of few, and to ask it
// what is held and allowed reads nothing.
func TestViewCost(t *testing.T) {
	many := 2000
	if testing.Short() {
		many = 200
	}
	var views [2]int64
	for at, photos := range []int{2, many} {
		w := labtest.New(t, hub.Config{})
		ann := w.User("ann")
		cam, home := w.Camera(ann, photos), w.Peer(ann, "home")
		for i, item := range cam.Items {
			cam.Card[item.ID] = lab.NewPhoto(fmt.Sprint(i), 20, 100)
		}
		name := cam.Album("first")
		store := &readings{Store: home.Store}
		home.Restart(func(cfg *peer.Config) { cfg.Store = store })
		cam.Syncs(home, name)
		home.Publishes(name)

		before := store.n.Load()
		v, err := home.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		views[at] = store.n.Load() - before
		for i := range photos {
			if !v.Held(i).Has(2) || v.Rights(i, 2) == 0 {
				t.Fatalf("item %d: held %v", i, v.Held(i))
			}
		}
		if n := store.n.Load() - before; n != views[at] {
			t.Errorf("%d more readings for what is held", n-views[at])
		}
	}
	if views[0] == 0 || views[1] != views[0] {
		t.Errorf("%d readings of few, %d of many", views[0], views[1])
	}
}
