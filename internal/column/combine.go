package column

// Combine applies f to the values of a and b, item by item, and tells whether
// the result differs from a anywhere; if not, it is a itself. f must always
// return the same answer to the same pair: it is called once for each pair of
// values in the two dictionaries, or item by item if there are more than 65,536
// pairs. The result is packed, or of one value, and may share memory with a or
// b. Combine panics if the lengths differ.
func Combine(a, b Column, f func(x, y uint32) uint32) (c Column, changed bool) {
	checkLengths(a, b)
	p := pairsOf(a, b, f)
	if p == nil {
		return combineEach(a, b, f)
	}
	if !exists(a, b, p.marks(func(i, j int, v uint32) bool { return v != a.dict[i] })) {
		return a, false
	}
	dict := p.index()
	if width := widthFor(len(dict)); width > a.width && len(dict) > 2 {
		a, b = a.dropUnused(), b.dropUnused()
		p = pairsOf(a, b, f)
		dict = p.index()
	}
	if len(dict) == 1 {
		return Uniform(a.n, dict[0]), true
	}
	c = Column{n: a.n, dict: dict, width: widthFor(len(dict))}
	c.data = join(a, b, p, c.width)
	return c, true
}

func checkLengths(a, b Column) {
	if a.n != b.n {
		panic("column: lengths differ")
	}
}

// join writes, for every item, what p has for its pair of places.
func join(a, b Column, p *pairs, width uint8) []byte {
	switch {
	case a.width > 0 && b.width > 0:
		data := room(a.n, width)
		z := newZip(a.width, b.width, width, p)
		z.run(data, a.data, b.data, a.n)
		clearPadding(data, width, a.n)
		return data
	case a.width > 0:
		return overlay(b, a, p.swap(), width)
	case b.width > 0:
		return overlay(a, b, p, width)
	}
	data := room(a.n, width)
	merge(a, b, func(start, end int, i, j uint32) bool {
		if place := p.row(i)[j]; place != 0 {
			fill(data, width, start, end, place)
		}
		return true
	})
	return data
}

// overlay is join for a column of runs r and a packed one c. Runs that leave
// the places as they are cost nothing but a copy of the data, and if there are
// no others not even that.
func overlay(r, c Column, p *pairs, width uint8) []byte {
	var data []byte
	for s := r.cursor(); s.next(); {
		line := p.row(s.place)
		if width == c.width && keeps(line) {
			continue
		}
		if data == nil {
			data = overlayBase(r, c, p, width)
		}
		translate(data, width, c.data, c.width, s.start, s.end, line)
	}
	if data == nil {
		return c.data
	}
	return data
}

// overlayBase is the data of c if a run may keep it, otherwise empty space.
func overlayBase(r, c Column, p *pairs, width uint8) []byte {
	for i := range r.dict {
		if width == c.width && keeps(p.row(uint32(i))) {
			return append([]byte(nil), c.data...)
		}
	}
	return room(c.n, width)
}

// keeps tells whether every place stays as it is.
func keeps(line []uint32) bool {
	for i, place := range line {
		if uint32(i) != place {
			return false
		}
	}
	return true
}

// combineEach is Combine for dictionaries with too many pairs: its memory grows
// with the number of items.
func combineEach(a, b Column, f func(x, y uint32) uint32) (c Column, changed bool) {
	values := make([]uint32, a.n)
	merge(a, b, func(start, end int, i, j uint32) bool {
		v := f(a.dict[i], b.dict[j])
		changed = changed || v != a.dict[i]
		for k := start; k < end; k++ {
			values[k] = v
		}
		return true
	})
	if !changed {
		return a, false
	}
	return pack(values), true
}
