package column

// A cursor walks over the runs of a column in any form.
type cursor struct {
	start, end int    // the current run
	place      uint32 // of the current run

	n, k  int // items; offset in data of what comes next
	data  []byte
	div   divisor
	width uint8

	base, lanes int    // packed: first item of the current word; items a word
	last        uint64 // packed: the current word
	mask        uint64 // packed: where runs start in it, still to come
}

// cursor is before the first run.
func (c Column) cursor() cursor {
	r := cursor{n: c.n, data: c.data, width: c.width}
	if c.width == 0 {
		r.div = newDivisor(len(c.dict))
		return r
	}
	r.lanes = lanes(c.width)
	r.loadWord()
	r.mask &^= 1
	return r
}

// next goes to the next run, and is false if there is none.
func (r *cursor) next() bool {
	if r.end == r.n {
		return false
	}
	r.start = r.end
	if r.width > 0 {
		r.nextPacked()
		return true
	}
	if r.k == len(r.data) {
		r.end, r.place = r.n, 0
		return true
	}
	v := uint64(r.data[r.k])
	r.k++
	if v >= 0x80 {
		v, r.k = readLEB(r.data, r.k-1)
	}
	length, place := r.div.split(v)
	r.end, r.place = r.start+int(length)+1, place
	return true
}

func (r *cursor) nextPacked() {
	r.place = get(r.data, r.width, r.start)
	for r.mask == 0 {
		if r.n-r.base <= r.lanes {
			r.end = r.n
			return
		}
		r.base += r.lanes
		r.loadWord()
	}
	r.end = r.base + trailing(r.mask)>>log2(r.width)
	r.mask &= r.mask - 1
}

// loadWord reads the next word and marks the items that differ from the one
// before them.
func (r *cursor) loadWord() {
	x := load(r.data, r.k)
	r.mask = fold(x^(x<<r.width|r.last>>(64-r.width)), r.width)
	if left := r.n - r.base; left < r.lanes {
		r.mask &= ones(left << log2(r.width))
	}
	r.last, r.k = x, r.k+8
}
