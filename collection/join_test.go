package collection_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"pgregory.net/rapid"
)

// made is what a head has of an item: its digests, by version; zero where it knows none.
type made = map[collection.ItemID][3]collection.Digest

// head makes a successor of the album 1 that has some items, with partial versions that were
// made in one of some ways, or not yet.
func (d dice) head(tb failer, id byte) collection.Collection {
	b := collection.Body{Replaces: []collection.ID{{1}}}
	for i := range 5 {
		if d(3) == 0 {
			continue
		}
		item := collection.Item{ID: itemID(i), Digests: make([]collection.Digest, 3)}
		for v, ways := range []int{4, 4, 2} {
			if way := d(ways); way > 0 {
				item.Digests[v] = collection.Digest{byte(way), byte(v), byte(i)}
			}
		}
		b.Items = append(b.Items, item)
	}
	return ok(collection.New(collection.Header{ID: collection.ID{id}, Author: anna}, b))(tb)
}

// joinOf joins collections of which some are heads, as a station does that knows these.
func joinOf(tb failer, id byte, known ...collection.Collection) collection.Collection {
	albums := albumsOf(known...)
	if len(albums) != 1 {
		tb.Fatalf("%d albums", len(albums))
	}
	h, b := albums[0].Join()
	h.ID = collection.ID{id}
	return ok(collection.Succeed(h, b, albums[0].Heads()...))(tb)
}

func madeOf(c collection.Collection) made {
	all := made{}
	for i := range c.Len() {
		id, _ := c.At(i)
		var of [3]collection.Digest
		for v := range of {
			of[v], _ = c.Digest(i, v)
		}
		all[id] = of
	}
	return all
}

// TestJoinedHeads: whoever joins heads whose partial versions were made in different ways has
// the same of them, in whatever order and by however many joins, and each is one of theirs.
func TestJoinedHeads(t *testing.T) {
	root := ok(collection.New(collection.Header{ID: collection.ID{1}, Author: anna}, collection.Body{}))(t)
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		x, y, z := d.head(t, 2), d.head(t, 3), d.head(t, 4)
		xy, yz := joinOf(t, 5, root, x, y), joinOf(t, 6, root, y, z)
		all := madeOf(joinOf(t, 7, root, x, y, z))
		for law, same := range map[string]bool{
			"commutative": maps.Equal(madeOf(xy), madeOf(joinOf(t, 8, root, y, x))),
			"left":        maps.Equal(all, madeOf(joinOf(t, 9, root, x, y, xy, z))),
			"right":       maps.Equal(all, madeOf(joinOf(t, 10, root, x, y, z, yz))),
			"twice":       maps.Equal(all, madeOf(joinOf(t, 11, root, x, y, z, xy, yz))),
			"idempotent":  maps.Equal(madeOf(xy), madeOf(joinOf(t, 12, root, x, y, xy))),
		} {
			if !same {
				t.Fatalf("joining is not %s", law)
			}
		}
		for id, of := range all {
			for v, digest := range of {
				if !slices.ContainsFunc([]collection.Collection{x, y, z}, func(head collection.Collection) bool {
					return madeOf(head)[id][v] == digest
				}) {
					t.Fatalf("version %d of %v is no head's", v, id)
				}
			}
		}
	})
}

// TestJoinedOriginals: heads that do not agree on a complete version are not joined; neither
// is what neither of them has.
func TestJoinedOriginals(t *testing.T) {
	head := func(id byte, digests ...collection.Digest) collection.Collection {
		b := collection.Body{Items: []collection.Item{{ID: itemID(0), Digests: digests}}}
		return ok(collection.New(collection.Header{ID: collection.ID{id}, Author: anna}, b))(t)
	}
	x, y := head(2, collection.Digest{1}, collection.Digest{}, collection.Digest{5}), head(3, collection.Digest{2}, collection.Digest{4})
	z := head(4, collection.Digest{1}, collection.Digest{}, collection.Digest{6})
	h := collection.Header{ID: collection.ID{9}, Author: anna}
	join := func(own []collection.Digest, heads ...collection.Collection) error {
		return second(collection.Succeed(h, collection.Body{Items: []collection.Item{{ID: itemID(0), Digests: own}}}, heads...))
	}
	for _, own := range [][]collection.Digest{nil, {{1}}, {{2}, {4}, {5}}, {{}, {}, {5}}} {
		if err := join(own, x, y); err != nil {
			t.Errorf("%v: %v", own, err)
		}
	}
	for _, own := range [][]collection.Digest{{{3}}, {{1}, {3}}, {{}, {}, {6}}} {
		wantErr(t, join(own, x, y), collection.ErrDigestChanged)
	}
	for _, heads := range [][]collection.Collection{{x, z}, {z, x}, {z, y, x}} {
		wantErr(t, join(nil, heads...), collection.ErrDigestChanged)
	}
}
