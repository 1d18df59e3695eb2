package column

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The model of a column is a slice of its values.

var dictSizes = []int{1, 2, 3, 4, 5, 16, 17, 256, 257}

// drawValues draws n values, at most d of them different, in stretches of about
// the given length.
func drawValues(t *rapid.T, n int) []uint32 {
	d := rapid.SampledFrom(dictSizes).Draw(t, "values")
	stretch := rapid.SampledFrom([]int{1, 1, 2, 5, 50, 300, 5000}).Draw(t, "stretch")
	skew := rapid.SampledFrom([]int{1, 3, 40}).Draw(t, "skew")
	base := rapid.SampledFrom([]uint32{0, 0, 0, 7}).Draw(t, "base")
	scale := rapid.SampledFrom([]uint32{1, 14, 1 << 22}).Draw(t, "scale")
	x := rapid.Uint64().Draw(t, "seed")
	next := func(limit int) int {
		x = x*6364136223846793005 + 1442695040888963407
		return int(x >> 33 % uint64(limit))
	}
	values := make([]uint32, n)
	for i := 0; i < n; {
		v := base
		if next(skew) == 0 {
			v += uint32(next(d)) * scale
		}
		for end := min(n, i+1+next(2*stretch-1)); i < end; i++ {
			values[i] = v
		}
	}
	return values
}

func drawLength(t *rapid.T) int {
	return rapid.OneOf(
		rapid.IntRange(0, 20),
		rapid.SampledFrom([]int{31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 4095, 4096, 4097, 4104}),
		rapid.IntRange(0, 2000),
		rapid.IntRange(0, 40000),
	).Draw(t, "n")
}

// drawColumn draws a column of n items in any form, and its model.
func drawColumn(t *rapid.T, n int) (Column, []uint32) {
	values := drawValues(t, n)
	switch rapid.SampledFrom([]string{"canonical", "packed", "loose", "parsed"}).Draw(t, "form") {
	case "packed":
		return FromValues(values).Pack(), values
	case "loose":
		return loosely(values), values
	case "parsed":
		dict, form, data := FromValues(values).Encode()
		c, err := Parse(n, dict, form, data)
		if err != nil {
			t.Fatal(err)
		}
		return c, values
	}
	return FromValues(values), values
}

// loosely is a packed column whose dictionary has values that no item has.
func loosely(values []uint32) Column {
	more := append(slices.Clone(values), 0, 3, 14, 15, 1<<31)
	c := pack(more)
	data := room(len(values), c.width)
	for i := range values {
		put(data, c.width, i, get(c.data, c.width, i))
	}
	return Column{n: len(values), dict: c.dict, data: data, width: c.width}.orEmpty()
}

func (c Column) orEmpty() Column {
	if c.n == 0 {
		return Column{}
	}
	return c
}

func valuesOf(c Column) []uint32 {
	values := make([]uint32, 0, c.n)
	for _, v := range c.All() {
		values = append(values, v)
	}
	return values
}

func equalValues(t interface {
	Helper()
	Fatalf(string, ...any)
}, c Column, want []uint32) {
	t.Helper()
	got := valuesOf(c)
	if c.n != len(want) || !slices.Equal(got, want) {
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("item %d of %d is %d, want %d (width %d, dict of %d)", i, len(want), got[i], want[i], c.width, len(c.dict))
			}
		}
		t.Fatalf("%d items yielded, n %d, want %d", len(got), c.n, len(want))
	}
}

func sortedDistinct(values []uint32) []uint32 {
	all := slices.Clone(values)
	slices.Sort(all)
	return slices.Compact(all)
}

// naive makes both forms of the values, one item after the other.
func naive(values []uint32) (dict []uint32, runs, packed []byte) {
	dict = sortedDistinct(values)
	if len(dict) < 2 {
		return dict, nil, nil
	}
	place := func(v uint32) uint64 { i, _ := slices.BinarySearch(dict, v); return uint64(i) }
	for i := 0; i < len(values); {
		end := i
		for end < len(values) && values[end] == values[i] {
			end++
		}
		v := uint64(end-i-1)*uint64(len(dict)) + place(values[i])
		if end == len(values) && values[i] == 0 {
			break
		}
		for ; v >= 128; v >>= 7 {
			runs = append(runs, byte(v&127|128))
		}
		runs = append(runs, byte(v))
		i = end
	}
	k := 1
	for k < 32 && 1<<k < len(dict) {
		k *= 2
	}
	packed = make([]byte, (len(values)*k+7)/8)
	for i, v := range values {
		for b := range k {
			at := i*k + b
			packed[at/8] |= byte(place(v)>>b&1) << (at % 8)
		}
	}
	return dict, runs, packed
}

func TestReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, want := drawColumn(t, drawLength(t))
		equalValues(t, c, want)
		equalValues(t, c.Pack(), want)
		equalValues(t, c.Compact(), want)
		checkAt(t, c, want)
		checkRuns(t, c, want)
		checkNonZero(t, c, want)
		used := sortedDistinct(want)
		if got := slices.Collect(c.Values()); !slices.Equal(got, used) {
			t.Fatalf("Values %v, want %v", got, used)
		}
		odd := func(v uint32) bool { return v%3 == 1 || v == 0 }
		count := 0
		for _, v := range want {
			if odd(v) {
				count++
			}
		}
		if got := c.Count(odd); got != count {
			t.Fatalf("Count %d, want %d", got, count)
		}
	})
}

// equal tells whether a and b have the same values, whatever their forms.
func equal(a, b Column) bool {
	return a.n == b.n && Every(a, b, func(x, y uint32) bool { return x == y })
}

func checkAt(t *rapid.T, c Column, want []uint32) {
	if len(want) == 0 {
		return
	}
	for range 20 {
		i := rapid.IntRange(0, len(want)-1).Draw(t, "i")
		if got := c.At(i); got != want[i] {
			t.Fatalf("At(%d) is %d, want %d", i, got, want[i])
		}
	}
}

func checkRuns(t *rapid.T, c Column, want []uint32) {
	end := 0
	for r := c.cursor(); r.next(); {
		value := c.dict[r.place]
		if r.start != end || r.end <= r.start || r.start > 0 && want[r.start-1] == value {
			t.Fatalf("run from %d to %d of %d after %d", r.start, r.end, value, end)
		}
		for _, v := range want[r.start:r.end] {
			if v != value {
				t.Fatalf("run from %d to %d of %d has an item of %d", r.start, r.end, value, v)
			}
		}
		end = r.end
	}
	if end != len(want) {
		t.Fatalf("runs end at %d, want %d", end, len(want))
	}
}

func checkNonZero(t *rapid.T, c Column, want []uint32) {
	next := 0
	skip := func() {
		for next < len(want) && want[next] == 0 {
			next++
		}
	}
	for i, v := range c.NonZero() {
		skip()
		if i != next || v != want[i] {
			t.Fatalf("NonZero yields %d at %d, next is %d", v, i, next)
		}
		next++
	}
	if skip(); next != len(want) {
		t.Fatalf("NonZero ends before %d", next)
	}
}

// TestIteratorsStop: the runtime panics where an iterator goes on after a break.
func TestIteratorsStop(t *testing.T) {
	for _, c := range []Column{Uniform(9, 2), Of(1000, 3, []int{4, 900}), FromValues([]uint32{1, 2, 1, 2, 1, 0, 2})} {
		for range c.All() {
			break
		}
		for range c.NonZero() {
			break
		}
		for range c.Values() {
			break
		}
	}
}

func TestAtOutOfRangePanics(t *testing.T) {
	for _, c := range []Column{{}, Uniform(3, 1), FromValues([]uint32{1, 2, 1}), Of(1000, 1, []int{5})} {
		for _, i := range []int{-1, c.n} {
			mustPanic(t, func() { c.At(i) })
		}
	}
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}

// TestReader reads in pieces of any length, whatever the form of the column.
func TestReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, want := drawColumn(t, drawLength(t))
		buf := make([]uint32, rapid.SampledFrom([]int{1, 3, 63, 64, 65, 256}).Draw(t, "piece"))
		var got []uint32
		r := c.Reader()
		for n := r.Read(buf); n > 0; n = r.Read(buf) {
			got = append(got, buf[:n]...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("reads %v, want %v", got, want)
		}
		if n := r.Read(buf) + r.Read(nil); n != 0 {
			t.Errorf("%d values after the end", n)
		}
		bits, ok := c.Bits()
		for i, v := range want[:min(len(want), 300)] {
			if ok && bits.At(i) != v {
				t.Errorf("bit %d is %d, want %d", i, bits.At(i), v)
			}
		}
	})
}
