package label

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// anyRank draws ranks that often share a generation, with the last ones among
// them.
var anyRank = rapid.Custom(func(t *rapid.T) Rank {
	generation := rapid.OneOf(
		rapid.Uint32Range(0, 3),
		rapid.Uint32Range(MaxGeneration-1, MaxGeneration),
		rapid.Uint32Range(0, MaxGeneration),
	).Draw(t, "generation")
	r, err := At(generation, rapid.IntRange(0, 15).Draw(t, "level"))
	if err != nil {
		t.Fatal(err)
	}
	return r
})

func TestJoinIsALattice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyRank.Draw(t, "a"), anyRank.Draw(t, "b"), anyRank.Draw(t, "c")
		if a.Join(a) != a {
			t.Fatal("not idempotent")
		}
		if a.Join(b) != b.Join(a) {
			t.Fatal("not commutative")
		}
		if a.Join(b).Join(c) != a.Join(b.Join(c)) {
			t.Fatal("not associative")
		}
		if a.Join(Pending) != a {
			t.Fatal("pending is not the least rank")
		}
	})
}

// newer is the order of the design, said without the number behind a rank.
func newer(a, b Rank) bool {
	if a.Generation() != b.Generation() {
		return a.Generation() > b.Generation()
	}
	return a.Level() > b.Level()
}

func TestJoinTakesTheNewerNews(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRank.Draw(t, "a"), anyRank.Draw(t, "b")
		want := b
		if newer(a, b) {
			want = a
		}
		if got := a.Join(b); got != want {
			t.Fatalf("%v join %v = %v, want %v", a, b, got, want)
		}
	})
}

func TestAnyOrderLossAndRepetitionConverge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		news := rapid.SliceOfN(anyRank, 1, 20).Draw(t, "news")
		var first, second Rank
		for _, r := range news {
			first = first.Join(r)
		}
		for _, r := range rapid.Permutation(news).Draw(t, "order") {
			second = second.Join(r).Join(r)
		}
		if first != second {
			t.Fatalf("%v and %v", first, second)
		}
	})
}

func TestEveryValueIsARank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rank(rapid.Uint32().Draw(t, "rank"))
		if got, err := At(r.Generation(), r.Level()); got != r || err != nil {
			t.Fatalf("%v: %v, %v", r, got, err)
		}
	})
}

func TestZeroRankIsPending(t *testing.T) {
	var r Rank
	if r != Pending || !r.Labelled() || r.Complete() || r.Settled() {
		t.Fatalf("the zero rank is %v", r)
	}
	forgotten := map[string]Rank{}["unknown item"]
	err := NewGate(nil, Flag, nil).Check(forgotten, Fetch, 2, Holder{})
	if !errors.Is(err, ErrPending) {
		t.Fatalf("a rank never set opens the original: %v", err)
	}
}

func TestWithdrawnTrumpsComplete(t *testing.T) {
	for _, r := range []Rank{Complete.Join(Withdrawn), Withdrawn.Join(Complete)} {
		if !r.Withdrawn() || !r.Labelled() || !r.Settled() || r.Complete() {
			t.Fatalf("complete and withdrawn give %v", r)
		}
	}
}

func TestNextGenerationReopens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRank.Filter(func(r Rank) bool { return r.Generation() < MaxGeneration }).Draw(t, "r")
		next, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if next.Level() != 0 || next.Generation() != r.Generation()+1 {
			t.Fatalf("after %v comes %v", r, next)
		}
		old, _ := At(r.Generation(), rapid.IntRange(0, 15).Draw(t, "level"))
		if next.Join(old) != next {
			t.Fatalf("%v of the old generation counts in %v", old, next)
		}
	})
}

func TestGenerationAtItsMaximum(t *testing.T) {
	last, err := At(MaxGeneration, 15)
	if err != nil || last != math.MaxUint32 {
		t.Fatalf("the last rank is %d: %v", last, err)
	}
	for level := range 16 {
		r, _ := At(MaxGeneration, level)
		next, err := r.Next()
		var place *RankError
		if next != r || !errors.Is(err, ErrGeneration) || !errors.As(err, &place) {
			t.Fatalf("after %v comes %v: %v", r, next, err)
		}
	}
	e := refusal(t, NewGate(nil, Flag, nil).Check(last, Fetch, 2, Holder{}))
	if e.Reason != ErrWithdrawn || e.Lift != (Lift{}) {
		t.Fatalf("a last withdrawal is lifted by %+v: %v", e.Lift, e)
	}
}

func TestAtRefuses(t *testing.T) {
	for _, c := range []struct {
		name       string
		generation uint32
		level      int
		want       error
	}{
		{"generation after the last", MaxGeneration + 1, 0, ErrGeneration},
		{"greatest number as generation", math.MaxUint32, 14, ErrGeneration},
		{"negative level", 0, -1, ErrLevel},
		{"level above withdrawn", 0, 16, ErrLevel},
		{"level that is small in four bits", 0, math.MinInt, ErrLevel},
	} {
		r, err := At(c.generation, c.level)
		var place *RankError
		if r != Pending || !errors.Is(err, c.want) || !errors.As(err, &place) {
			t.Errorf("%s: %v, %v", c.name, r, err)
		} else if place.Generation != c.generation || place.Level != c.level {
			t.Errorf("%s: told as %v", c.name, place)
		}
	}
}

func TestRankInWords(t *testing.T) {
	for want, r := range map[string]Rank{
		"pending": 0, "1 version": 1, "13 versions": 13, "complete": 14, "withdrawn": 15,
		"pending@1": 16, "2 versions@3": 50, "withdrawn@268435455": math.MaxUint32,
	} {
		if got := r.String(); got != want {
			t.Errorf("%d: %q, want %q", uint32(r), got, want)
		}
	}
}
