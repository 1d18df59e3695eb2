package jpeg

import (
	"cmp"
	"slices"
)

// frequencies is how often each value of a Huffman code is used.
type frequencies [256]int

// codes is a Huffman code for writing.
type codes struct {
	counts [longest]uint8 // of codes by length less 1
	values []uint8        // by code
	code   [256]uint32
	length [256]uint
}

// best returns the code that makes the least of values of these frequencies,
// with codes of at most 16 bits, of which none is ones alone (T.81, section
// K.2).
func (f *frequencies) best() *codes {
	c := &codes{}
	lengths := f.lengths()
	for length, n := range limited(lengths) {
		c.counts[length] = n
	}
	for v, n := range f {
		if n > 0 {
			c.values = append(c.values, uint8(v))
		}
	}
	slices.SortStableFunc(c.values, func(a, b uint8) int { return cmp.Compare(lengths[a], lengths[b]) })
	c.assign()
	return c
}

// assign numbers the codes (T.81, annex C).
func (c *codes) assign() {
	next, code := 0, uint32(0)
	for i, n := range c.counts {
		for range n {
			v := c.values[next]
			c.code[v], c.length[v] = code, uint(i+1)
			next++
			code++
		}
		code <<= 1
	}
}

// reserved is one more value than there are, of which the longest code, of
// ones alone, is left free.
const reserved = 256

// lengths returns the lengths of codes without a limit, for all values that
// are used and the reserved one. It joins the two rarest groups until there is
// one.
func (f *frequencies) lengths() (length [reserved + 1]int) {
	type group struct {
		count  int
		values []int
	}
	groups := []group{{1, []int{reserved}}}
	for v, n := range f {
		if n > 0 {
			groups = append(groups, group{2 * n, []int{v}}) // the reserved one is the rarest
		}
	}
	for len(groups) > 1 {
		slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(b.count, a.count) })
		a, b := groups[len(groups)-1], groups[len(groups)-2]
		joined := group{a.count + b.count, slices.Concat(a.values, b.values)}
		for _, v := range joined.values {
			length[v]++
		}
		groups = append(groups[:len(groups)-2], joined)
	}
	return length
}

// limited returns how many codes of 1 to 16 bits there are if longer ones are
// made shorter at the expense of others (T.81, figure K.3), without the
// reserved one, which is among the longest.
func limited(length [reserved + 1]int) (counts [longest]uint8) {
	var n [reserved + 2]int
	for _, l := range length {
		n[l]++
	}
	for l := len(n) - 1; l > longest; l-- {
		for n[l] > 0 {
			shorter := l - 2
			for n[shorter] == 0 {
				shorter--
			}
			n[l] -= 2 // two of the same parent: one takes the parent's place,
			n[l-1]++
			n[shorter]-- // the other goes below a shorter code, beside what was there
			n[shorter+1] += 2
		}
	}
	last := longest
	for n[last] == 0 {
		last--
	}
	n[last]--
	for l := range counts {
		counts[l] = uint8(n[l+1])
	}
	return counts
}
