package engine

import (
	"encoding/binary"
	"iter"
	"math/bits"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Rule 14. Versions with one digest are the same bytes, whatever items, or places
// in the ladder, they belong to. Whether they may be seen is decided item by item
// all the same: by the label of each.

// place is one version of one item.
type place struct{ version, item int }

// digests yields the versions of some sets that have a digest.
func (s State) digests(sets []transport.Bits) iter.Seq2[place, collection.Digest] {
	return func(yield func(place, collection.Digest) bool) {
		for v, items := range sets {
			for i := range items.Places() {
				if d, ok := s.Collection.Digest(i, v); ok && !yield(place{v, i}, d) {
					return
				}
			}
		}
	}
}

// alike adds to sets of versions all others that have a digest of theirs.
func (s State) alike(sets []transport.Bits) []transport.Bits {
	come := newFilter(sets)
	for _, d := range s.digests(sets) {
		come.add(d)
	}
	others := map[collection.Digest][]place{}
	for at, d := range s.digests(s.without(sets)) {
		if come.has(d) {
			others[d] = append(others[d], at)
		}
	}
	more := make([]transport.Bits, s.last()+1)
	if len(others) > 0 {
		for _, d := range s.digests(sets) {
			for _, at := range others[d] {
				more[at.version] = more[at.version].Add(at.item)
			}
			delete(others, d) // of many that have come, each would add them again
		}
	}
	return mergeColumns(sets, more)
}

// without is the set of all versions of all items but those in sets.
func (s State) without(sets []transport.Bits) []transport.Bits {
	all := make([]transport.Bits, s.last()+1)
	for v := range all {
		all[v] = transport.AllBits(s.Collection.Len()).Without(column(sets, v))
	}
	return all
}

// once leaves of several versions with one digest the first.
func (s State) once(sets []transport.Bits) []transport.Bits {
	seen, twice := newFilter(sets), newFilter(sets)
	some := false
	for _, d := range s.digests(sets) {
		if seen.has(d) {
			twice.add(d)
			some = true
		}
		seen.add(d)
	}
	if !some {
		return sets
	}
	first := map[collection.Digest]bool{}
	repeats := make([]transport.Bits, len(sets))
	for at, d := range s.digests(sets) {
		if !twice.has(d) {
			continue
		}
		if first[d] {
			repeats[at.version] = repeats[at.version].Add(at.item)
		}
		first[d] = true
	}
	return lessColumns(sets, repeats)
}

// filter says of a digest that it was not added to it, or perhaps was: in large
// collections this is found out sooner than by a map.
type filter []uint64

// newFilter makes the filter for the digests of some versions.
func newFilter(sets []transport.Bits) filter {
	n := 0
	for _, items := range sets {
		n += items.Len()
	}
	return make(filter, 1<<bits.Len(uint(n/4)))
}

func (f filter) at(d collection.Digest) (word, bit uint64) {
	x := binary.LittleEndian.Uint64(d[:])
	return x >> 6 & uint64(len(f)-1), 1 << (x & 63)
}

func (f filter) add(d collection.Digest) {
	word, bit := f.at(d)
	f[word] |= bit
}

func (f filter) has(d collection.Digest) bool {
	word, bit := f.at(d)
	return f[word]&bit != 0
}
