// Package column holds n small numbers as the wire does: a dictionary of the
// values used, and for every item the place of its value in the dictionary,
// written as runs or packed into 1, 2, 4, 8, 16 or 32 bits, whichever is
// shorter. A column stays in that form in memory; joining two columns works on
// whole machine words and never expands them.
//
// # Forms
//
// The dictionary is strictly ascending and every value in it is used. A column
// of one value is written as form 0 with empty data, and one of no items also
// has an empty dictionary. Otherwise:
//
//   - Form 0, runs: a run is one LEB128 number, (length-1)·|dict| + place, of
//     minimal length. Neighbouring runs differ. A last run of the value 0 is
//     left out.
//   - Form 1, packed: each place takes k bits, the smallest of 1, 2, 4, 8, 16
//     and 32 that is enough, least significant bits first within a byte and
//     little endian above. Unused last bits are zero.
//
// The shorter form is the only one accepted; a tie is packed.
//
// # Sharing
//
// A Column is immutable, safe for concurrent use and cheap to copy. [Parse]
// keeps the slices that it is given, and columns may share memory with each
// other and with what [Column.Encode] returns: none of it may be changed.
package column

import "iter"

// Column is n values. The zero Column has no items.
type Column struct {
	n         int
	dict      []uint32 // strictly ascending; nil when n is 0
	data      []byte
	width     uint8 // bits an item; 0: one value, or runs, always canonical
	canonical bool  // packed only: the form that Encode returns
}

// Uniform is a column of n items that all have the value v.
func Uniform(n int, v uint32) Column {
	if n <= 0 {
		return Column{}
	}
	return Column{n: n, dict: []uint32{v}}
}

// Len is the number of items.
func (c Column) Len() int { return c.n }

// At is the value of item i, and panics if there is none. It takes constant
// time in a packed column and up to one step a run in any other: see
// [Column.Pack].
func (c *Column) At(i int) uint32 {
	if uint(i) < uint(c.n) && c.width == 1 {
		return c.dict[c.data[i>>3]>>(i&7)&1]
	}
	return c.at(i)
}

// Bits is a packed column of two values, for where every instruction counts. It is
// immutable, as the column is.
type Bits struct {
	data   []byte
	values [2]uint32
}

// Bits returns a column of two values that is packed; false if it is none.
func (c *Column) Bits() (b Bits, ok bool) {
	if c.width != 1 {
		return b, false
	}
	b.data = c.data
	copy(b.values[:], c.dict)
	return b, true
}

// At is the value of item i, which there must be.
func (b *Bits) At(i int) uint32 { return b.values[b.data[i>>3]>>(i&7)&1] }

func (c *Column) at(i int) uint32 {
	if uint(i) >= uint(c.n) {
		panic("column: index out of range")
	}
	if c.width > 0 {
		return c.dict[get(c.data, c.width, i)]
	}
	r := c.cursor()
	for r.next() {
		if i < r.end {
			break
		}
	}
	return c.dict[r.place]
}

// All yields every item with its value.
func (c Column) All() iter.Seq2[int, uint32] {
	return func(yield func(int, uint32) bool) {
		if c.width > 0 {
			c.eachPacked(yield)
			return
		}
		c.eachRun(0, yield)
	}
}

// NonZero yields every item whose value is not zero. Stretches of zeros are
// passed over without looking at each.
func (c Column) NonZero() iter.Seq2[int, uint32] {
	if c.n == 0 || c.dict[0] != 0 {
		return c.All()
	}
	return func(yield func(int, uint32) bool) {
		if c.width > 0 {
			c.eachPlaced(yield)
			return
		}
		c.eachRun(1, yield)
	}
}

// eachRun yields the items of a column of runs whose place is at least low.
func (c Column) eachRun(low uint32, yield func(int, uint32) bool) {
	for r := c.cursor(); r.next(); {
		if r.place < low {
			continue
		}
		v := c.dict[r.place]
		for i := r.start; i < r.end; i++ {
			if !yield(i, v) {
				return
			}
		}
	}
}

// eachPacked yields the items of a packed column.
func (c Column) eachPacked(yield func(int, uint32) bool) {
	lanes, mask := lanes(c.width), ones(int(c.width))
	for k := 0; k < len(c.data); k += 8 {
		x, base := load(c.data, k), k/8*lanes
		for i := range min(lanes, c.n-base) {
			if !yield(base+i, c.dict[x&mask]) {
				return
			}
			x >>= c.width
		}
	}
}

// eachPlaced yields the items of a packed column whose place is not 0.
func (c Column) eachPlaced(yield func(int, uint32) bool) {
	lanes, mask, lg := lanes(c.width), ones(int(c.width)), log2(c.width)
	for k := 0; k < len(c.data); k += 8 {
		x, base := load(c.data, k), k/8*lanes
		for m := fold(x, c.width); m != 0; m &= m - 1 {
			bit := trailing(m)
			if !yield(base+bit>>lg, c.dict[x>>bit&mask]) {
				return
			}
		}
	}
}

// Values yields the values used, ascending.
func (c Column) Values() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		used := c.used()
		for i, v := range c.dict {
			if used.has(uint32(i)) && !yield(v) {
				return
			}
		}
	}
}
