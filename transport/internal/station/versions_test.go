package station

import (
	"fmt"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestHeld finds what is stored of a large collection, however many versions of its author
// are: few are walked through, of many those of the collection are looked for.
func TestHeld(t *testing.T) {
	const most = 4
	all := make([]collection.Item, most*walked)
	for i := range all {
		all[i] = collection.Item{ID: collection.ItemID{byte(i), byte(i >> 8), 1}, Digests: []collection.Digest{digest.Sum(fmt.Append(nil, i))}}
	}
	c := must(collection.New(collection.Header{ID: collection.ID{1}, Author: ann}, collection.Body{Items: all}))
	for n := range 2 * most {
		for others := range 2 * most {
			k := New(Config{Store: new(memstore.Store)})
			var want []int
			for i := range n {
				at := i * 31
				want = append(want, at)
				must(k.Versions.Keep(t.Context(), ann, fmt.Append(nil, at)))
			}
			for i := range others {
				must(k.Versions.Keep(t.Context(), ann, fmt.Append(nil, "other", i)))
				must(k.Versions.Keep(t.Context(), bob, fmt.Append(nil, i)))
			}
			held := must(k.Versions.Held(t.Context(), c))
			if got := slices.Collect(held[0].Places()); !slices.Equal(got, want) || !held[1].IsEmpty() {
				t.Errorf("%d and %d others: %v, want %v", n, others, got, want)
			}
		}
	}
}
