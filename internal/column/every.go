package column

import "bytes"

// Every tells whether pred holds for the values of a and b at every item, and
// stops at the first where it does not. pred must always return the same answer
// to the same pair: it is called once for each pair of values in the two
// dictionaries, or once for each stretch in which neither column changes. Every
// allocates nothing and panics if the lengths differ.
func Every(a, b Column, pred func(x, y uint32) bool) bool {
	checkLengths(a, b)
	if a.width == 0 && b.width == 0 || uint64(len(a.dict))*uint64(len(b.dict)) > fewPairs {
		return everyRun(a, b, pred)
	}
	var few [fewPairs]uint32
	p := pairsIn(few[:0], a, b, func(x, y uint32) uint32 {
		if pred(x, y) {
			return 0
		}
		return 1
	})
	return !exists(a, b, &p)
}

// everyRun is Every by stretches in which neither column changes.
func everyRun(a, b Column, pred func(x, y uint32) bool) bool {
	return merge(a, b, func(_, _ int, i, j uint32) bool {
		return pred(a.dict[i], b.dict[j])
	})
}

// marks is 1 for the pairs of which is says so, and 0 for the others.
func (p *pairs) marks(is func(i, j int, v uint32) bool) *pairs {
	q := &pairs{p.cols, make([]uint32, len(p.out))}
	for k, v := range p.out {
		if is(k/p.cols, k%p.cols, v) {
			q.out[k] = 1
		}
	}
	return q
}

// exists tells whether any item has a pair of places that is marked.
func exists(a, b Column, marks *pairs) bool {
	switch count := sum(marks.out); {
	case count == 0:
		return false
	case count == len(marks.out):
		return true
	}
	switch {
	case a.width > 0 && b.width > 0:
		return existsPacked(a, b, marks)
	case a.width > 0:
		var few [fewPairs]uint32
		swapped := marks.swapIn(few[:0])
		return existsRuns(b, a, &swapped)
	case b.width > 0:
		return existsRuns(a, b, marks)
	}
	return !merge(a, b, func(_, _ int, i, j uint32) bool { return marks.row(i)[j] == 0 })
}

func sum(xs []uint32) (total int) {
	for _, x := range xs {
		total += int(x)
	}
	return total
}

// existsRuns is exists for a column of runs r and a packed one c.
func existsRuns(r, c Column, marks *pairs) bool {
	for s := r.cursor(); s.next(); {
		if line := marks.row(s.place); sum(line) > 0 && existsIn(c, s.start, s.end, line) {
			return true
		}
	}
	return false
}

// existsIn tells whether an item of c from start to end has a marked place.
func existsIn(c Column, start, end int, line []uint32) bool {
	if end-start >= manyItems && c.width <= 8 {
		per := perByte(c.width)
		for ; start%per != 0; start++ {
			if line[get(c.data, c.width, start)] != 0 {
				return true
			}
		}
		table := byteTable(c.width, c.width, line)
		count := (end - start) / per
		for _, b := range c.data[start/per:][:count] {
			if byte(table[b]) != 0 {
				return true
			}
		}
		start += count * per
	}
	for i := start; i < end; i++ {
		if line[get(c.data, c.width, i)] != 0 {
			return true
		}
	}
	return false
}

// someItems is how many items existsPacked looks at before it may stop; 8 of
// them are whole bytes.
const someItems = 4096

// existsPacked is exists for two packed columns.
func existsPacked(a, b Column, marks *pairs) bool {
	if a.width == b.width && bytes.Equal(a.data, b.data) && !marks.diagonal() {
		return false
	}
	width := max(a.width, b.width)
	if width > 4 {
		return existsEach(a, b, marks)
	}
	z := newZip(a.width, b.width, width, marks)
	var buffer [someItems / 2]byte
	for start, end := 0, 0; start < a.n; start = end {
		end = start + min(someItems, a.n-start)
		out := buffer[:packedSize(end-start, width)]
		z.run(out, slice(a.data, a.width, start, end), slice(b.data, b.width, start, end), end-start)
		clearPadding(out, width, end-start)
		if !zero(out) {
			return true
		}
	}
	return false
}

// existsEach is existsPacked item by item.
func existsEach(a, b Column, marks *pairs) bool {
	for i := range a.n {
		if marks.row(get(a.data, a.width, i))[get(b.data, b.width, i)] != 0 {
			return true
		}
	}
	return false
}

// diagonal tells whether a pair of equal places is marked.
func (p *pairs) diagonal() bool {
	for i := range p.cols {
		if p.at(i, i) != 0 {
			return true
		}
	}
	return false
}

// zero tells whether all bytes are 0.
func zero(data []byte) bool {
	var all uint64
	for k := 0; k < len(data); k += 8 {
		all |= load(data, k)
	}
	return all == 0
}
