package hub_test

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// looks counts how often a store is asked for something.
type looks struct {
	transport.Store
	n int
}

func (l *looks) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	l.n++
	return l.Store.Get(ctx, keys...)
}

func (l *looks) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	l.n++
	return l.Store.Scan(ctx, prefix, after, limit)
}

func (l *looks) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	l.n++
	return l.Store.Apply(ctx, b)
}

func (l *looks) Part(ctx context.Context, key string) (int64, error) {
	l.n++
	return l.Store.Part(ctx, key)
}

func (l *looks) Open(ctx context.Context, key string) (transport.Blob, error) {
	l.n++
	return l.Store.Open(ctx, key)
}

// counted is a hub whose looks at its store are counted, with a user's session.
type counted struct {
	t     *testing.T
	w     *labtest.World
	cam   *labtest.Camera
	looks *looks
}

func newCounted(t *testing.T) *counted {
	w := labtest.New(t, hub.Config{})
	l := &looks{Store: w.Hub.Store}
	w.Restart(l)
	return &counted{t, w, w.Camera(w.User("ann"), 1), l}
}

// of returns how many looks something costs.
func (c *counted) of(do func(transport.Hub) error) int {
	c.t.Helper()
	before := c.looks.n
	labtest.Must(c.t, do(c.w.Hub.Hub.As(c.cam.User)))
	return c.looks.n - before
}

// addresses shares with many mail addresses.
func (c *counted) addresses(n int, again bool) int {
	name := c.cam.AlbumFor("for all", nil, addresses(n)...)
	share := func(transport.Hub) error {
		_, err := c.cam.Share(c.t.Context(), c.cam.ToHub(), name)
		return err
	}
	if again {
		labtest.Must(c.t, share(nil))
	}
	return c.of(share)
}

// items shares many items, which are offered or served, and of which nothing is here.
func (c *counted) items(n int, share transport.Share) int {
	var body collection.Body
	for i := range n {
		id := collection.ItemID(binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i+1)))
		var d [3]collection.Digest
		for v := range d {
			copy(d[v][:], id[:])
			d[v][0] = byte(v)
		}
		body.Items = append(body.Items, collection.Item{ID: id, Digests: d[:]})
	}
	made, err := collection.New(collection.Header{ID: collection.ID{5}, Author: c.cam.User, Authority: c.w.Authority(), Created: c.w.Clock.Now()}, body)
	labtest.Must(c.t, err)
	made, err = made.Sign(c.t.Context(), c.cam.Signer, c.w.Clock.Now())
	labtest.Must(c.t, err)
	share.Collection, err = made.MarshalBinary()
	labtest.Must(c.t, err)
	return c.of(func(h transport.Hub) error {
		_, err := h.Share(c.t.Context(), share)
		return err
	})
}

// TestCountsCostLittle: what a request costs in looks at the store does not grow with how
// much its sender puts into it, but for one look for each 64.
func TestCountsCostLittle(t *testing.T) {
	for what, request := range map[string]func(c *counted, n int) int{
		"addresses":       func(c *counted, n int) int { return c.addresses(n, false) },
		"addresses again": func(c *counted, n int) int { return c.addresses(n, true) },
		"items, offered": func(c *counted, n int) int {
			return c.items(n, transport.Share{Offers: []transport.Bits{transport.AllBits(n), transport.AllBits(n)}})
		},
		"items, of a peer": func(c *counted, n int) int {
			return c.items(n, transport.Share{From: transport.Peer, Offers: []transport.Bits{transport.AllBits(n), transport.AllBits(n)}})
		},
	} {
		const few, many = 30, 480
		a, b := request(newCounted(t), few), request(newCounted(t), many)
		t.Logf("%s: %d looks for %d, %d for %d", what, a, few, b, many)
		if b > a+(many-few)/64 {
			t.Errorf("%s: %d looks for %d, %d for %d", what, a, few, b, many)
		}
	}
}

// TestManyCounts: what nobody needs so many of is refused.
func TestManyCounts(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 1)
	if _, err := cam.Share(t.Context(), cam.ToHub(), cam.AlbumOf("title", collection.Body{Completers: crowd(65)})); !errors.Is(err, transport.ErrTooLarge) {
		t.Errorf("65 completers: %v", err)
	}
	cam.Shares(cam.AlbumOf("title", collection.Body{Completers: crowd(64)}))
}
