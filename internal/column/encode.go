package column

// Encode returns the canonical form, for the wire. The slices may be shared with
// the column and must not be changed.
func (c Column) Encode() (dict []uint32, form int, data []byte) {
	c = c.Compact()
	if c.width > 0 {
		return c.dict, FormPacked, c.data
	}
	return c.dict, FormRuns, c.data
}

// Compact is the same column in its canonical, smallest form; the column itself
// if it has that form.
func (c Column) Compact() Column {
	if c.width == 0 || c.canonical {
		return c
	}
	c = c.dropUnused()
	if c.width == 0 {
		return c
	}
	size := c.runsSize()
	if size >= uint64(len(c.data)) {
		c.canonical = true
		return c
	}
	data := make([]byte, 0, size)
	for r := c.cursor(); r.next(); {
		data = appendRun(data, c.n, c.dict, &r)
	}
	return Column{n: c.n, dict: c.dict, data: data}
}

// appendRun appends the run that r is at, unless it is the one left out.
func appendRun(data []byte, n int, dict []uint32, r *cursor) []byte {
	if r.end == n && dict[r.place] == 0 {
		return data
	}
	return appendLEB(data, uint64(r.end-r.start-1)*uint64(len(dict))+uint64(r.place))
}

// dropUnused is a packed column without the values that no item has.
func (c Column) dropUnused() Column {
	used := c.used()
	if used.missing(len(c.dict)) == len(c.dict) {
		return c
	}
	places := make([]uint32, len(c.dict))
	var dict []uint32
	for i, v := range c.dict {
		if used.has(uint32(i)) {
			places[i] = uint32(len(dict))
			dict = append(dict, v)
		}
	}
	if len(dict) == 1 {
		return Uniform(c.n, dict[0])
	}
	out := Column{n: c.n, dict: dict, width: widthFor(len(dict))}
	out.data = room(c.n, out.width)
	translate(out.data, out.width, c.data, c.width, 0, c.n, places)
	return out
}

// Pack is the same column in a form in which [Column.At] takes constant time;
// the column itself if it has such a form. Of n items it takes n/8 bytes if
// there are two values, n/4 if there are up to four, and so on.
func (c Column) Pack() Column {
	if c.width > 0 || len(c.dict) < 2 {
		return c
	}
	width := widthFor(len(c.dict))
	data := room(c.n, width)
	for r := c.cursor(); r.next(); {
		if r.place != 0 {
			fill(data, width, r.start, r.end, r.place)
		}
	}
	return Column{n: c.n, dict: c.dict, data: data, width: width}
}
