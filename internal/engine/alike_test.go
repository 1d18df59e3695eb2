package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// twins is a collection of n items; items 1 and 3 are copies of item 0, and the
// original of item 2 is its own screen, and the thumbnail of item 0.
func twins(t testing.TB, n int) collection.Collection {
	list := items(n)
	list[1].Digests, list[3].Digests = list[0].Digests, list[0].Digests
	list[2].Digests = []collection.Digest{list[2].Digests[0], list[0].Digests[0], list[0].Digests[0]}
	return sealedOf(t, list)
}

// copies is a collection of n items that are all copies of one.
func copies(t testing.TB, n int) collection.Collection {
	list := items(n)
	for i := range list {
		list[i].Digests = list[0].Digests
	}
	return sealedOf(t, list)
}

func sealedOf(t testing.TB, list []collection.Item) collection.Collection {
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1), Title: "title"},
		collection.Body{Items: list, Recipients: []collection.UserID{reader}})
	check(t, err)
	c, err = c.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	return c
}

func equal(a, b []transport.Bits) bool {
	return slices.EqualFunc(a, b, func(a, b transport.Bits) bool { return string(a.Trim()) == string(b.Trim()) })
}

// TestRule14Once: versions with one digest are asked for once, and all are here when
// one of them has come, also those that nobody was asked for.
func TestRule14Once(t *testing.T) {
	for _, n := range []int{4, 100} {
		all := transport.AllBits(n)
		start, effects := run(t, rules, State{}, fromDevice(twins(t, n), true))
		distinct := sets(all.Without(transport.BitsOf(1, 3)))
		if a := effect[Reply](t, effects).Answer; !equal(a.Missing, distinct) || !equal(start.Asked, sets(all)) {
			t.Errorf("of %d, asked for %v, and waits for %v", n, a.Missing, start.Asked)
		}
		one, _ := run(t, rules, start, Stored{Versions: sets(transport.BitsOf(3))})
		held := sets(transport.BitsOf(0, 1, 3), transport.BitsOf(2), transport.BitsOf(2))
		if asked := sets(all.Without(held[0])); !equal(one.Held, held) || !equal(one.Asked, asked) {
			t.Errorf("of %d, holds %v, and waits for %v", n, one.Held, one.Asked)
		}
		if both, _ := run(t, rules, start, Stored{Versions: sets(transport.BitsOf(0, 1))}); !equal(both.Held, held) {
			t.Errorf("of %d, holds %v of two copies, and not %v", n, both.Held, held)
		}
		done, effects := run(t, rules, start, Stored{Versions: distinct})
		if len(done.Asked) > 0 || len(effects) != 0 {
			t.Errorf("of %d, waits for %v, and does %v", n, done.Asked, effects)
		}
	}
}

// TestRule14Unknown: versions without a digest are not alike.
func TestRule14Unknown(t *testing.T) {
	list := items(2)
	list[0].Digests, list[1].Digests = nil, nil
	c, err := collection.New(collection.Header{ID: collection.ID{4}, Author: author}, collection.Body{Items: list})
	check(t, err)
	s := State{Collection: c}
	both := sets(transport.BitsOf(0, 1))
	if once := s.once(both); !equal(once, both) {
		t.Errorf("asks for %v", once)
	}
	if one := sets(transport.BitsOf(0)); !equal(s.alike(one), one) {
		t.Errorf("holds %v", s.alike(one))
	}
}
