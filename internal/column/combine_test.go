package column

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func maxOf(x, y uint32) uint32 { return max(x, y) }

var functions = map[string]func(x, y uint32) uint32{
	"max":      maxOf,
	"first":    func(x, _ uint32) uint32 { return x },
	"second":   func(_, y uint32) uint32 { return y },
	"sum":      func(x, y uint32) uint32 { return x + y },
	"constant": func(_, _ uint32) uint32 { return 14 },
	"hash":     func(x, y uint32) uint32 { return (x*31 + y*17 + x*y) % 5 },
	"unequal": func(x, y uint32) uint32 {
		if x == y {
			return x
		}
		return 1
	},
	"swap": func(x, y uint32) uint32 {
		if x == 0 {
			return 14
		}
		return y & x
	},
}

func drawFunction(t *rapid.T) func(x, y uint32) uint32 {
	names := make([]string, 0, len(functions))
	for name := range functions {
		names = append(names, name)
	}
	slices.Sort(names)
	return functions[rapid.SampledFrom(names).Draw(t, "function")]
}

// drawOther draws a column as long as want; it is often alike.
func drawOther(t *rapid.T, want []uint32) (Column, []uint32) {
	switch rapid.IntRange(0, 3).Draw(t, "other") {
	case 0:
		return FromValues(want), want
	case 1:
		v := rapid.SampledFrom([]uint32{0, 1, 14, 15}).Draw(t, "value")
		var at []int
		if len(want) > 0 {
			at = rapid.SliceOfN(rapid.IntRange(0, len(want)-1), 0, 5).Draw(t, "at")
			slices.Sort(at)
		}
		values := make([]uint32, len(want))
		for _, i := range at {
			values[i] = v
		}
		return Of(len(want), v, at), values
	}
	return drawColumn(t, len(want))
}

func checkCombine(t interface {
	Helper()
	Fatalf(string, ...any)
}, a, b Column, x, y []uint32, f func(x, y uint32) uint32) {
	t.Helper()
	want := make([]uint32, len(x))
	for i := range x {
		want[i] = f(x[i], y[i])
	}
	c, changed := Combine(a, b, f)
	equalValues(t, c, want)
	equalValues(t, a, x)
	equalValues(t, b, y)
	if changed == slices.Equal(x, want) {
		t.Fatalf("changed is %v", changed)
	}
	if changed && c.width == 0 && len(c.dict) > 1 {
		t.Fatalf("result in runs")
	}
	if !slices.IsSorted(c.dict) || len(slices.Compact(slices.Clone(c.dict))) != len(c.dict) {
		t.Fatalf("dictionary %v", c.dict)
	}
	dict, form, data := c.Encode()
	if _, err := Parse(c.n, dict, form, data); err != nil {
		t.Fatalf("result: %v", err)
	}
}

func TestCombine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := drawColumn(t, drawLength(t))
		b, y := drawOther(t, x)
		f := drawFunction(t)
		checkCombine(t, a, b, x, y, f)
		checkCombine(t, b, a, y, x, f)
	})
}

// Two columns of any two widths, small enough to meet every kernel.
func TestCombineWidths(t *testing.T) {
	for _, d := range []int{1, 2, 3, 4, 5, 16, 17, 256, 257} {
		for _, e := range []int{1, 2, 3, 4, 5, 16, 17, 256, 257} {
			n := 4096 + 77
			x, y := make([]uint32, n), make([]uint32, n)
			for i := range n {
				x[i], y[i] = uint32(i*7%d), uint32(i*i%e)
			}
			for _, f := range functions {
				checkCombine(t, pack(x), pack(y), x, y, f)
			}
		}
	}
}

// A packed column under long runs that do not start at whole bytes, with
// results of many more values.
func TestCombineUnderRuns(t *testing.T) {
	for _, d := range []int{2, 3, 5, 17} {
		for _, e := range []int{2, 5, 40, 200} {
			n := 301 * e
			x, y := make([]uint32, n), make([]uint32, n)
			for i := range n {
				x[i], y[i] = uint32(i*i%d), uint32(i/301)
			}
			f := func(x, y uint32) uint32 { return x*1000 + y }
			checkCombine(t, FromValues(x), FromValues(y), x, y, f)
			checkCombine(t, FromValues(y), FromValues(x), y, x, f)
		}
	}
}

func TestCombineManyValues(t *testing.T) {
	n := 70000
	x, y := make([]uint32, n), make([]uint32, n)
	for i := range n {
		x[i], y[i] = uint32(i), uint32(n-i)
	}
	a, b := pack(x), FromValues(y)
	if len(a.dict) != n || a.width != 32 {
		t.Fatalf("dictionary of %d, width %d", len(a.dict), a.width)
	}
	equalValues(t, a, x)
	one := make([]uint32, n)
	one[500] = 1 << 30
	checkCombine(t, a, b, x, y, maxOf)
	checkCombine(t, a, a, x, x, maxOf)
	checkCombine(t, a, Of(n, 1<<30, []int{500}), x, one, maxOf)
	checkCombine(t, a, Uniform(n, 3), x, slices.Repeat([]uint32{3}, n), maxOf)
	if !equal(a, a.Pack()) || equal(a, b) {
		t.Fatal("Equal")
	}
	if got := a.Count(func(v uint32) bool { return v >= 100 }); got != n-100 {
		t.Fatalf("Count %d", got)
	}
}

// f is asked about pairs of values, not about items.
func TestCombineCallsPerPair(t *testing.T) {
	n := 30000
	x, y := make([]uint32, n), make([]uint32, n)
	for i := range n {
		x[i], y[i] = uint32(i%3), uint32(i%5)
	}
	calls := 0
	f := func(x, y uint32) uint32 { calls++; return max(x, y) }
	Combine(FromValues(x), FromValues(y), f)
	if calls > 2*15 {
		t.Fatalf("%d calls for 15 pairs", calls)
	}
}

func TestCombineUnchangedKeepsColumn(t *testing.T) {
	n := 100000
	values := make([]uint32, n)
	for i := range n {
		values[i] = uint32(i * i % 7 % 2 * 14)
	}
	a := FromValues(values)
	less := slices.Clone(values)
	less[n/2] = 0
	for name, b := range map[string]Column{
		"itself": a, "zeros": Uniform(n, 0), "one item": Of(n, 14, []int{1}), "less": FromValues(less),
	} {
		c, changed := Combine(a, b, maxOf)
		if changed || &c.data[0] != &a.data[0] {
			t.Errorf("%s: changed %v", name, changed)
		}
		if got := testing.AllocsPerRun(10, func() { Combine(a, b, maxOf) }); got > 8 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

// Values that are replaced again and again do not widen the column.
func TestCombineForgetsUnusedValues(t *testing.T) {
	n := 1000
	c := Of(n, 1, []int{5})
	for g := uint32(1); g < 1000; g++ {
		c, _ = Combine(c, Of(n, g*16, []int{5}), maxOf)
		if len(c.dict) > 4 {
			t.Fatalf("round %d: dictionary of %d", g, len(c.dict))
		}
	}
	if c.At(5) != 999*16 || c.At(6) != 0 {
		t.Fatal("values")
	}
}

func TestLengthsDiffer(t *testing.T) {
	mustPanic(t, func() { Combine(Uniform(3, 0), Uniform(4, 0), maxOf) })
	mustPanic(t, func() { Every(Uniform(3, 0), Uniform(4, 0), func(_, _ uint32) bool { return true }) })
	if equal(Uniform(3, 0), Uniform(4, 0)) {
		t.Fatal("equal")
	}
}

func TestEvery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := drawColumn(t, drawLength(t))
		b, y := drawOther(t, x)
		if rapid.Bool().Draw(t, "joined") {
			b, _ = Combine(a, b, maxOf)
			y = valuesOf(b)
		}
		for name, pred := range map[string]func(x, y uint32) bool{
			"≤": func(x, y uint32) bool { return x <= y },
			"=": func(x, y uint32) bool { return x == y },
			"≠": func(x, y uint32) bool { return x != y },
			"⊤": func(x, y uint32) bool { return true },
			"⊥": func(x, y uint32) bool { return false },
		} {
			want := true
			for i := range x {
				want = want && pred(x[i], y[i])
			}
			if got := Every(a, b, pred); got != want {
				t.Fatalf("a %s b: %v", name, got)
			}
			if name == "=" && equal(b, a) != want {
				t.Fatalf("Equal: %v", !want)
			}
		}
	})
}

// Under a long run, one item is found at its unaligned ends and within.
func TestEveryUnderRuns(t *testing.T) {
	n := 2000
	r := make([]uint32, n)
	for i := 3; i < n-3; i++ {
		r[i] = 1
	}
	for _, at := range []int{3, 7, 8, 1000, n - 5, n - 4} {
		values := slices.Repeat([]uint32{5, 6}, n/2)
		values[at] = 9
		ok := func(x, y uint32) bool { return x != 1 || y != 9 }
		if a := FromValues(r); a.width > 0 || Every(a, FromValues(values), ok) {
			t.Errorf("item %d not found", at)
		}
	}
}

// One item that differs is found wherever it is, in every width.
func TestEveryFindsOne(t *testing.T) {
	for _, d := range []int{2, 4, 16, 256, 257} {
		n := 9000
		x := make([]uint32, n)
		for i := range n {
			x[i] = uint32(i % d)
		}
		for _, at := range []int{0, 1, 7, 8, 63, 64, 4095, 4096, 8192, n - 9, n - 2, n - 1} {
			y := slices.Clone(x)
			y[at] = (y[at] + 1) % uint32(d)
			if equal(pack(x), pack(y)) {
				t.Fatalf("%d values: item %d not found", d, at)
			}
		}
	}
}
