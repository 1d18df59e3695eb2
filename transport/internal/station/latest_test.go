package station

import (
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
)

// TestLatest: a feed is read from its end, page by page, each collection once, over gaps of any
// length.
func TestLatest(t *testing.T) {
	k := newFeeds()
	for id := range byte(40) {
		k.enters(t, news(id+1, 1, notify.Shared), bob)
	}
	for seq := range uint64(300) { // one changes all the time
		k.enters(t, news(7, seq+2, notify.Available), bob)
	}
	want := []byte{7}
	for id := byte(40); id > 0; id-- {
		if id != 7 {
			want = append(want, id)
		}
	}
	for _, n := range []int{1, 3, 40, 100} {
		var got []byte
		for below := uint64(0); len(got) < len(want); {
			page := must(Latest(t.Context(), k.Server, bob, below, n))
			if len(page) == 0 || len(page) > n {
				t.Fatalf("%d entries in a page of %d, after %v", len(page), n, got)
			}
			for _, e := range page {
				got, below = append(got, e.Notification.Collection[0]), e.Number
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %v, want %v", n, got, want)
		}
	}
	if page := must(Latest(t.Context(), k.Server, bob, 1, 3)); len(page) > 0 {
		t.Errorf("behind the first: %v", page)
	}
}
