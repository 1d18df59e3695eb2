package column

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawLength(t)
		v := rapid.SampledFrom([]uint32{0, 1, 14}).Draw(t, "v")
		var positions []int
		values := make([]uint32, n)
		if n > 0 {
			positions = rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 300).Draw(t, "positions")
			if rapid.IntRange(0, 9).Draw(t, "all") == 0 {
				for i := range n {
					positions = append(positions, i)
				}
			}
			slices.Sort(positions)
		}
		for _, p := range positions {
			values[p] = v
		}
		c := Of(n, v, positions)
		equalValues(t, c, values)
		checkCanonical(t, c, values)
	})
}

func TestOfPanics(t *testing.T) {
	mustPanic(t, func() { Of(3, 1, []int{3}) })
	mustPanic(t, func() { Of(3, 1, []int{-1}) })
	mustPanic(t, func() { Of(3, 1, []int{1, 0}) })
	mustPanic(t, func() { Of(0, 1, []int{0}) })
}

// One item of a million takes a few bytes.
func TestOfIsSmall(t *testing.T) {
	c := Of(1_000_000, 14, []int{777_777})
	dict, form, data := c.Encode()
	if form != FormRuns || len(dict) != 2 || len(data) > 5 {
		t.Fatalf("form %d, %d bytes", form, len(data))
	}
}

func TestUniform(t *testing.T) {
	if c := Uniform(0, 5); c.n != 0 || len(c.dict) != 0 {
		t.Fatal("values without items")
	}
	values := slices.Repeat([]uint32{5}, 100)
	equalValues(t, Uniform(100, 5), values)
	checkCanonical(t, Uniform(100, 5), values)
	checkCanonical(t, Column{}, nil)
}

func TestPackIsItself(t *testing.T) {
	c := FromValues([]uint32{1, 2, 1, 2, 1})
	if p := c.Pack(); &p.data[0] != &c.data[0] {
		t.Error("packed anew")
	}
	r := Of(1000, 1, []int{500}).Pack()
	if r.width != 1 || len(r.data) != 125 || r.At(500) != 1 {
		t.Error("not packed in one bit an item")
	}
}
