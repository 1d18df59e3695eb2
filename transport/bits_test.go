package transport_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/transport"
)

// TestBitsAgainstMap checks every operation against a map of places.
func TestBitsAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.SliceOfN(rapid.IntRange(0, 100), 0, 40)
		a, b := places.Draw(t, "a"), places.Draw(t, "b")
		x, y := transport.BitsOf(a...), transport.BitsOf(b...)
		or, and, without := x.Or(y), x.And(y), x.Without(y)
		for i := range 120 {
			inA, inB := slices.Contains(a, i), slices.Contains(b, i)
			if x.Has(i) != inA || or.Has(i) != (inA || inB) || and.Has(i) != (inA && inB) || without.Has(i) != (inA && !inB) {
				t.Fatalf("place %d", i)
			}
		}
		slices.Sort(a)
		a = slices.Compact(a)
		if got := slices.Collect(x.Places()); !slices.Equal(got, a) || x.Len() != len(a) || x.IsEmpty() != (len(a) == 0) {
			t.Fatalf("places %v, want %v", got, a)
		}
		if len(a) > 0 && (x.Within(a[len(a)-1]) || !x.Within(a[len(a)-1]+1)) {
			t.Fatal("within")
		}
	})
	if n := transport.AllBits(11); n.Len() != 11 || n.Has(11) || n.Has(-1) || !n.Within(11) {
		t.Errorf("all of 11: %v", n)
	}
}
