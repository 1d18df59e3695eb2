package column

import "slices"

// Of is a column of n items: those at the given positions have the value v and
// all others 0. The positions ascend; it panics if they do not or if one is not
// under n. Memory grows with the number of positions, not with n.
func Of(n int, v uint32, positions []int) Column {
	checkPositions(n, positions)
	if v == 0 || len(positions) == 0 {
		return Uniform(n, 0)
	}
	limit := packedSize(n, 1)
	var data []byte
	for i, from := 0, 0; i < len(positions); {
		start := positions[i]
		end := start + 1
		for i++; i < len(positions) && positions[i] <= end; i++ {
			end = positions[i] + 1
		}
		if end-start == n {
			return Uniform(n, v)
		}
		if start > from {
			data = appendLEB(data, uint64(start-from-1)*2)
		}
		data = appendLEB(data, uint64(end-start-1)*2+1)
		if uint64(len(data)) >= limit {
			return packedOf(n, v, positions)
		}
		from = end
	}
	return Column{n: n, dict: []uint32{0, v}, data: data}
}

func checkPositions(n int, positions []int) {
	for i, p := range positions {
		if p < 0 || p >= n || i > 0 && p < positions[i-1] {
			panic("column: position out of range or not ascending")
		}
	}
}

func packedOf(n int, v uint32, positions []int) Column {
	data := room(n, 1)
	for _, p := range positions {
		data[p/8] |= 1 << (p % 8)
	}
	return Column{n: n, dict: []uint32{0, v}, data: data, width: 1, canonical: true}
}

// FromValues is the column of the given values, in its canonical form.
func FromValues(values []uint32) Column { return pack(values).Compact() }

// pack is a column of the given values, packed or of one value.
func pack(values []uint32) Column {
	dict := distinct(values)
	if len(dict) < 2 {
		return Column{n: len(values), dict: dict}
	}
	c := Column{n: len(values), dict: dict, width: widthFor(len(dict))}
	c.data = room(c.n, c.width)
	place := 0
	for i, v := range values {
		if dict[place] != v {
			place, _ = slices.BinarySearch(dict, v)
		}
		put(c.data, c.width, i, uint32(place))
	}
	return c
}

// fewValues is how many different values are collected one by one; if there are
// more, sorting them all is faster.
const fewValues = 256

// distinct is the different values, ascending; nil if there are none.
func distinct(values []uint32) []uint32 {
	var dict []uint32
	for i, v := range values {
		if i > 0 && v == values[i-1] {
			continue
		}
		k, found := slices.BinarySearch(dict, v)
		if found {
			continue
		}
		if len(dict) == fewValues {
			all := slices.Clone(values)
			slices.Sort(all)
			return slices.Clone(slices.Compact(all))
		}
		dict = slices.Insert(dict, k, v)
	}
	return dict
}
