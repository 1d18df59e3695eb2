package column

import "math/bits"

// The two forms on the wire.
const (
	FormRuns   = 0 // runs, or a single value
	FormPacked = 1 // places of equal width
)

// Parse reads a column of n items. It accepts the canonical form and nothing
// else; any departure is an [*Error]. It keeps dict and data, which must not be
// changed afterwards, and allocates at most one bit a value in the dictionary.
func Parse(n int, dict []uint32, form int, data []byte) (Column, error) {
	if n < 0 {
		return Column{}, dataError(0, ErrLength)
	}
	if form != FormRuns && form != FormPacked {
		return Column{}, formError(ErrUnknown)
	}
	if err := checkDict(n, dict); err != nil {
		return Column{}, err
	}
	c := Column{n: n, dict: dict, data: data}
	switch {
	case len(dict) < 2:
		c.data = nil
		return c.orError(checkSingle(form, data))
	case form == FormRuns:
		return c.orError(c.checkRuns())
	}
	c.width, c.canonical = widthFor(len(dict)), true
	return c.orError(c.checkPacked())
}

// Restore is Parse of what Parse has accepted before: it checks nothing, and what it
// returns of anything else is undefined.
func Restore(n int, dict []uint32, form int, data []byte) Column {
	c := Column{n: n, dict: dict, data: data}
	if len(dict) < 2 {
		c.data = nil
	} else if form == FormPacked {
		c.width, c.canonical = widthFor(len(dict)), true
	}
	return c
}

func (c Column) orError(err error) (Column, error) {
	if err != nil {
		return Column{}, err
	}
	return c, nil
}

func checkDict(n int, dict []uint32) error {
	for i := 1; i < len(dict); i++ {
		if dict[i] <= dict[i-1] {
			return dictError(i, ErrOrder)
		}
	}
	if len(dict) == 0 && n > 0 {
		return dictError(0, ErrEmpty)
	}
	if len(dict) > n {
		return dictError(n, ErrUnused)
	}
	return nil
}

// checkSingle checks a column of at most one value: it needs no data.
func checkSingle(form int, data []byte) error {
	if form != FormRuns {
		return formError(ErrLonger)
	}
	if len(data) > 0 {
		return dataError(0, ErrLength)
	}
	return nil
}

// checkRuns checks a column of two or more values in runs.
func (c Column) checkRuns() error {
	d := len(c.dict)
	if uint64(len(c.data)) >= packedSize(c.n, widthFor(d)) {
		return formError(ErrLonger)
	}
	var small [4]uint64
	used := set(small[:])
	if d > 256 {
		used = newSet(d)
	}
	if err := c.walkRuns(used); err != nil {
		return err
	}
	if i := used.missing(d); i < d {
		return dictError(i, ErrUnused)
	}
	return nil
}

// walkRuns checks each run and notes its place.
func (c Column) walkRuns(used set) error {
	left, before, last := uint64(c.n), ^uint32(0), 0
	div := newDivisor(len(c.dict))
	for k := 0; k < len(c.data); {
		v, after := uint64(c.data[k]), k+1
		if v >= 0x80 {
			v, after = readLEB(c.data, k)
		}
		if after < 0 {
			return dataError(k, ErrNumber)
		}
		length, place := div.split(v)
		if length >= left {
			return dataError(k, ErrLength)
		}
		if place == before {
			return dataError(k, ErrRun)
		}
		used.add(place)
		left -= length + 1
		before, last, k = place, k, after
	}
	implied := c.dict[0] == 0
	switch {
	case implied && before == 0:
		return dataError(last, ErrRun)
	case implied && left > 0:
		used.add(0)
	case left > 0:
		return dataError(len(c.data), ErrLength)
	}
	return nil
}

// checkPacked checks a column of two or more values in places of equal width.
func (c Column) checkPacked() error {
	if size := packedSize(c.n, c.width); uint64(len(c.data)) != size {
		return dataError(int(min(size, uint64(len(c.data)))), ErrLength)
	}
	if rest := padding(c.width, c.n); c.data[len(c.data)-1]>>(8-rest) != 0 {
		return dataError(len(c.data)-1, ErrPadding)
	}
	used, outside := survey(c.data, c.width, c.n, len(c.dict))
	if outside >= 0 {
		return dataError(int(uint64(outside)*uint64(c.width)/8), ErrPlace)
	}
	if i := used.missing(len(c.dict)); i < len(c.dict) {
		return dictError(i, ErrUnused)
	}
	if c.runsSize() < uint64(len(c.data)) {
		return formError(ErrLonger)
	}
	return nil
}

// runsSize is the number of bytes of a packed column as runs, or at least its
// number of bytes as it is.
func (c Column) runsSize() uint64 {
	limit := uint64(len(c.data))
	if c.changesReach(limit) {
		return limit
	}
	d, size := uint64(len(c.dict)), uint64(0)
	for r := c.cursor(); r.next() && size < limit; {
		if r.end == c.n && c.dict[r.place] == 0 {
			break
		}
		size += sizeLEB(uint64(r.end-r.start-1)*d + uint64(r.place))
	}
	return size
}

// changesReach tells whether at least limit items differ from the one before
// them: each then ends a run, which takes a byte or more.
func (c Column) changesReach(limit uint64) bool {
	if c.width >= 8 {
		return false
	}
	count, last := uint64(0), load(c.data, 0)<<(64-c.width)
	for k := 0; k+8 <= len(c.data) && count < limit; k += 8 {
		x := load(c.data, k)
		d := x ^ (x<<c.width | last>>(64-c.width))
		count += uint64(bits.OnesCount64(fold(d, c.width)))
		last = x
	}
	return count >= limit
}
