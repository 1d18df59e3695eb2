package label

import "testing"

// A check may cost twice a bounds-checked read of a rank and a switch over it.
// Each benchmark stands beside its floor, to be compared within one run: Check
// is a call, and so is its floor; Rights is inlined, and so is its floor.

var benchRanks = func() []Rank {
	ranks := make([]Rank, 1024)
	for i := range ranks {
		ranks[i] = []Rank{Pending, Complete, 2, Complete | 3<<levelBits}[i%4]
	}
	return ranks
}()

func floor(ranks []Rank, i int) error {
	switch ranks[i].Level() {
	case 0, 1, 2, 14:
		return nil
	case 15:
		return ErrWithdrawn
	}
	return ErrUnknown
}

//go:noinline
func calledFloor(ranks []Rank, i int) error { return floor(ranks, i) }

func bench(b *testing.B, allowed func(n int) int) {
	b.ReportAllocs()
	if n := allowed(b.N); n != b.N {
		b.Fatalf("%d of %d allowed", n, b.N)
	}
}

func BenchmarkGate(b *testing.B) {
	g, h := NewGate(nil, Degree, nil), Holder{Held: Hold(0)}
	bench(b, func(n int) (allowed int) {
		for i := range n {
			if g.Check(benchRanks[i&1023], View, 0, h) == nil {
				allowed++
			}
		}
		return allowed
	})
}

func BenchmarkGateFloor(b *testing.B) {
	bench(b, func(n int) (allowed int) {
		for i := range n {
			if calledFloor(benchRanks, i&1023) == nil {
				allowed++
			}
		}
		return allowed
	})
}

func BenchmarkGateRights(b *testing.B) {
	g, h := NewGate(nil, Degree, nil), Holder{Held: Hold(0)}
	bench(b, func(n int) (allowed int) {
		for i := range n {
			if g.Rights(benchRanks[i&1023], 0, h).Has(View) {
				allowed++
			}
		}
		return allowed
	})
}

func BenchmarkGateRightsFloor(b *testing.B) {
	bench(b, func(n int) (allowed int) {
		for i := range n {
			if floor(benchRanks, i&1023) == nil {
				allowed++
			}
		}
		return allowed
	})
}

func BenchmarkGateRefuses(b *testing.B) {
	g := NewGate(nil, Degree, nil)
	bench(b, func(n int) (refused int) {
		for range n {
			if g.Check(Pending, Fetch, 2, Holder{}) != nil {
				refused++
			}
		}
		return refused
	})
}
