package ordered

import (
	"slices"
	"sort"
)

// run is keys in ascending order with their values. The keys are in one piece of
// memory, so that a key costs its bytes and four more, and nothing of the garbage
// collector's time.
type run[V any] struct {
	keys   []byte
	ends   []uint32 // of each key
	values []V
}

func (r *run[V]) len() int { return len(r.ends) }

func (r *run[V]) start(i int) uint32 {
	if i == 0 {
		return 0
	}
	return r.ends[i-1]
}

func (r *run[V]) key(i int) []byte { return r.keys[r.start(i):r.ends[i]] }

// search returns the place of the first key that is not before a key, and whether it
// is the same.
func (r *run[V]) search(key string) (int, bool) {
	i := sort.Search(len(r.ends), func(i int) bool { return string(r.key(i)) >= key })
	return i, i < len(r.ends) && string(r.key(i)) == key
}

func (r *run[V]) insert(i int, key string, value V) {
	at, n := r.start(i), len(r.keys)
	r.keys = append(r.keys, key...)
	copy(r.keys[int(at)+len(key):], r.keys[at:n])
	copy(r.keys[at:], key)
	r.ends = slices.Insert(r.ends, i, at)
	for j := i; j < len(r.ends); j++ {
		r.ends[j] += uint32(len(key))
	}
	r.values = slices.Insert(r.values, i, value)
}

func (r *run[V]) remove(i int) {
	n := uint32(len(r.key(i)))
	r.keys = slices.Delete(r.keys, int(r.start(i)), int(r.ends[i]))
	r.ends = slices.Delete(r.ends, i, i+1)
	for j := i; j < len(r.ends); j++ {
		r.ends[j] -= n
	}
	r.values = slices.Delete(r.values, i, i+1)
}

// append puts the entries of another run behind those of r.
func (r *run[V]) append(other *run[V]) {
	n := uint32(len(r.keys))
	r.keys = append(r.keys, other.keys...)
	for _, end := range other.ends {
		r.ends = append(r.ends, n+end)
	}
	r.values = append(r.values, other.values...)
}

// cut returns the first n entries, and the others, in memory of their own.
func (r *run[V]) cut(n int) (first, second *run[V]) {
	first, second = new(run[V]), new(run[V])
	first.append(&run[V]{r.keys[:r.start(n)], r.ends[:n], r.values[:n]})
	second.append(&run[V]{r.keys[r.start(n):], nil, r.values[n:]})
	for _, end := range r.ends[n:] {
		second.ends = append(second.ends, end-r.start(n))
	}
	return first, second
}
