package transporttest

import (
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// IDAllocator checks an allocator, or a link to one, against the contract of
// transport.IDAllocator.
func IDAllocator(t *testing.T, open func(t *testing.T) transport.IDAllocator) {
	run(t, func(t *testing.T) *names { return &names{IDAllocator: open(t)} }, []check[*names]{
		{"as many as are asked for, and new ones", namesNew},
		{"for many callers at once", namesAtOnce},
		{"numbers that are none", namesRefused},
		{"canceled context", namesCanceled},
	})
}

// names are all the ids that an allocator has returned.
type names struct {
	transport.IDAllocator
	mu   sync.Mutex
	seen map[[16]byte]bool
}

// take asks for n ids of items, none of which was returned before.
func (n *names) take(t *testing.T, items int) error {
	ids, err := n.NewIdentifiers(t.Context(), items)
	if err != nil {
		return err
	}
	if len(ids.Items) != items {
		return errors.New("another number of ids")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[[16]byte]bool{{}: true} // none is zero
	}
	for _, id := range append(ids.Items, collection.ItemID(ids.Collection)) {
		if n.seen[id] {
			return errors.New("an id that is zero, or was given before")
		}
		n.seen[id] = true
	}
	return nil
}

func namesNew(t *testing.T, n *names) {
	for _, items := range []int{0, 0, 1, 1, 2, 100, 100, transport.MaxIdentifiers} {
		want(t, n.take(t, items), nil)
	}
}

func namesAtOnce(t *testing.T, n *names) {
	atOnce(t, 16, func(i int) error { return n.take(t, i) })
}

func namesRefused(t *testing.T, n *names) {
	for items, target := range map[int]error{
		-1: transport.ErrMalformed, math.MinInt: transport.ErrMalformed,
		transport.MaxIdentifiers + 1: transport.ErrTooLarge, math.MaxInt: transport.ErrTooLarge,
	} {
		ids, err := n.NewIdentifiers(t.Context(), items)
		want(t, err, target)
		if len(ids.Items) > 0 || !ids.Collection.IsZero() {
			t.Errorf("%d: %d ids all the same", items, len(ids.Items))
		}
	}
}

func namesCanceled(t *testing.T, n *names) {
	_, err := n.NewIdentifiers(over(t), 1)
	ended(t, "new identifiers", err)
}
