package column

// A Reader reads the values of a column from the first to the last. It is for one
// goroutine.
type Reader struct {
	c    Column
	at   int    // the next item
	runs cursor // of a column that is not packed
}

// Reader is before the first value.
func (c Column) Reader() Reader {
	r := Reader{c: c}
	if c.width == 0 {
		r.runs = c.cursor()
	}
	return r
}

// Read reads the next values into dst and returns how many; 0 at the end, or if dst is empty.
func (r *Reader) Read(dst []uint32) int {
	dst = dst[:min(len(dst), r.c.n-r.at)]
	if r.c.width > 0 {
		r.c.unpack(dst, r.at)
		r.at += len(dst)
		return len(dst)
	}
	for left := dst; len(left) > 0; {
		if r.at == r.runs.end {
			r.runs.next()
		}
		run := left[:min(len(left), r.runs.end-r.at)]
		v := r.c.dict[r.runs.place]
		for i := range run {
			run[i] = v
		}
		left, r.at = left[len(run):], r.at+len(run)
	}
	return len(dst)
}

// unpack reads the values of a packed column from item start on.
func (c Column) unpack(dst []uint32, start int) {
	lanes, mask, width := lanes(c.width), ones(int(c.width)), c.width&63
	for len(dst) > 0 {
		skip := start % lanes
		x := load(c.data, start/lanes*8) >> (skip * int(width) & 63)
		word := dst[:min(len(dst), lanes-skip)]
		for i := range word {
			word[i] = c.dict[x&mask]
			x >>= width
		}
		dst, start = dst[len(word):], start+len(word)
	}
}
