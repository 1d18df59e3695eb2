package label

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

var kinds = []Kind{Flag, Boolean, Degree}

func TestKindsAllowTheirLevelsOnly(t *testing.T) {
	for level := range 16 {
		for _, generation := range []uint32{0, 1, MaxGeneration} {
			r, _ := At(generation, level)
			between := level > 0 && level < 14
			for _, k := range kinds {
				err := k.Allows(r)
				if refused := k != Degree && between; refused != errors.Is(err, ErrKind) {
					t.Errorf("%v, %v: %v", k, r, err)
				}
			}
			if err := Kind(3).Allows(r); !errors.Is(err, ErrKind) {
				t.Errorf("no kind allows %v: %v", r, err)
			}
		}
	}
}

func TestKindErrorSaysWhat(t *testing.T) {
	var e *KindError
	if err := Flag.Allows(2); !errors.As(err, &e) || e.Kind != Flag || e.Value != Rank(2) {
		t.Fatalf("%+v", e)
	}
}

// What a kind shows is read back as the same rank, also by way of JSON, up to
// the generation, which people do not see.
func TestKindsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(kinds).Draw(t, "kind")
		r := anyRank.Filter(func(r Rank) bool { return k.Allows(r) == nil }).Draw(t, "rank")
		shown := k.Show(r)
		text, err := json.Marshal(shown)
		if err != nil {
			t.Fatal(err)
		}
		var read any
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		for _, v := range []any{shown, read} {
			if got, err := k.Read(v); err != nil || got.Level() != r.Level() || got.Generation() != 0 {
				t.Fatalf("%v shows %v as %v, read as %v: %v", k, r, v, got, err)
			}
		}
	})
}

// True stands for restricted, the lesser rank: joined as values, by or, a
// complete item would become restricted for ever; by and, the right answer
// would come out, but withdrawn and generations would be lost.
func TestBooleanIsNeverJoinedByItsWireValue(t *testing.T) {
	for _, c := range []struct {
		a, b Rank
		want any
	}{
		{Pending, Complete, false},
		{Complete, Pending, false},
		{Complete | 1<<levelBits, Pending | 2<<levelBits, true},
		{Pending | 2<<levelBits, Complete, true},
		{Complete, Withdrawn, "withdrawn"},
		{Withdrawn, Complete | 1<<levelBits, false},
	} {
		if got := Boolean.Show(c.a.Join(c.b)); got != c.want {
			t.Errorf("%v joined with %v shows %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestWhatAKindCannotRead(t *testing.T) {
	common := []any{"", "true", "complete", "withdrawn ", []byte("withdrawn"), []any{}, map[string]any{}, Withdrawn, uint8(1)}
	for k, values := range map[Kind][]any{
		Flag:    {false, 0, 1, 14.0},
		Boolean: {nil, 0, 1},
		Degree:  {true, false, -1, 14, 15, 16, 1.5, math.NaN(), math.Inf(1), 1e300, int64(math.MinInt64), uint64(math.MaxUint64), uint64(1) << 32},
		Kind(3): {nil, true, false, 0, "withdrawn"},
	} {
		for _, v := range append(values, common...) {
			r, err := k.Read(v)
			var e *KindError
			if r != Pending || !errors.As(err, &e) || !errors.Is(err, ErrKind) || e.Kind != k {
				t.Errorf("%v reads %v (%T) as %v: %v", k, v, v, r, err)
			}
		}
	}
}

func TestNumbersOfAllWidthsAreRead(t *testing.T) {
	for _, v := range []any{3, int64(3), uint64(3), 3.0} {
		if r, err := Degree.Read(v); r != 3 || err != nil {
			t.Errorf("%T: %v, %v", v, r, err)
		}
	}
}

// A kind that does not exist must not make an item look complete.
func TestUnknownKindShowsNoAbsence(t *testing.T) {
	if got := Kind(9).Show(Complete); got != "complete" {
		t.Fatalf("shown as %v", got)
	}
	if got := Kind(9).String(); got != "kind 9" {
		t.Fatal(got)
	}
}

func TestKindText(t *testing.T) {
	for _, k := range kinds {
		text, err := k.MarshalText()
		var back Kind
		if err != nil || back.UnmarshalText(text) != nil || back != k {
			t.Errorf("%v: %q, %v, back as %v", k, text, err, back)
		}
	}
	if _, err := Kind(3).MarshalText(); !errors.Is(err, ErrKind) {
		t.Errorf("kind 3: %v", err)
	}
}

func FuzzKindText(f *testing.F) {
	for _, s := range []string{"flag", "boolean", "degree", "", "Flag", "kind 3", "flag\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		k := Kind(77)
		if err := k.UnmarshalText(text); err != nil {
			if !errors.Is(err, ErrKind) || k != 77 {
				t.Fatalf("%q: %v leaves %v", text, err, k)
			}
			return
		}
		if back, err := k.MarshalText(); err != nil || string(back) != string(text) {
			t.Fatalf("%q is written as %q: %v", text, back, err)
		}
	})
}
