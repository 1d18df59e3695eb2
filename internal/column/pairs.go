package column

import "slices"

// maxPairs is the most pairs of dictionary values that are put in a table.
const maxPairs = 1 << 16

// fewPairs is how many pairs always are: all of two columns of up to 4 bits.
const fewPairs = 256

// pairs has a number for every pair of places in two columns.
type pairs struct {
	cols int
	out  []uint32 // row by row
}

// pairsOf asks f about every pair of values, and returns nil if there are too
// many, or so many more than items that to go item by item is less work.
func pairsOf(a, b Column, f func(x, y uint32) uint32) *pairs {
	count := uint64(len(a.dict)) * uint64(len(b.dict))
	if count > maxPairs || count > fewPairs && count > uint64(a.n) {
		return nil
	}
	p := pairsIn(make([]uint32, 0, count), a, b, f)
	return &p
}

// pairsIn is pairsOf for any number of pairs, in memory of the caller's.
func pairsIn(out []uint32, a, b Column, f func(x, y uint32) uint32) pairs {
	for _, x := range a.dict {
		for _, y := range b.dict {
			out = append(out, f(x, y))
		}
	}
	return pairs{len(b.dict), out}
}

// row is what is known of the pairs with place i of the first column.
func (p *pairs) row(i uint32) []uint32 { return p.out[int(i)*p.cols:][:p.cols] }

// at is the number of a pair of places, and 0 if there are no such places.
func (p *pairs) at(i, j int) uint32 {
	if j >= p.cols || i*p.cols+j >= len(p.out) {
		return 0
	}
	return p.out[i*p.cols+j]
}

// swap exchanges the two columns.
func (p *pairs) swap() *pairs {
	q := p.swapIn(make([]uint32, 0, len(p.out)))
	return &q
}

// swapIn is swap in memory of the caller's.
func (p *pairs) swapIn(out []uint32) pairs {
	rows := len(p.out) / p.cols
	for j := range p.cols {
		for i := range rows {
			out = append(out, p.at(i, j))
		}
	}
	return pairs{rows, out}
}

// index replaces the values by their places among the values, which it returns.
func (p *pairs) index() (dict []uint32) {
	dict = distinct(p.out)
	for k, v := range p.out {
		place, _ := slices.BinarySearch(dict, v)
		p.out[k] = uint32(place)
	}
	return dict
}

// merge walks over two columns of equal length by stretches in which neither
// changes, until visit is false; it gets places, not values.
func merge(a, b Column, visit func(start, end int, i, j uint32) bool) bool {
	r, s := a.cursor(), b.cursor()
	for start := 0; start < a.n; {
		if r.end == start {
			r.next()
		}
		if s.end == start {
			s.next()
		}
		end := min(r.end, s.end)
		if !visit(start, end, r.place, s.place) {
			return false
		}
		start = end
	}
	return true
}
