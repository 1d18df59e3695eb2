// Package ordered has a map from strings that is in the order of its keys, in little
// memory: the index of the stores.
package ordered

import (
	"iter"
	"strings"
	"sync"
)

// Map is a map from strings to V in the order of the bytes of its keys. It is a tree of
// two levels: a run of leaves, each a run of entries. The zero Map is empty. Methods
// that do not change it may be called concurrently.
type Map[V any] struct {
	leaves run[*run[V]] // by a key that is not after their own, and after all of those before
	len    int
}

// maxLeaf is how many entries a leaf has at most.
const maxLeaf = 128

// Len returns the number of entries.
func (m *Map[V]) Len() int { return m.len }

// Get returns the value of a key, and whether there is one.
func (m *Map[V]) Get(key string) (value V, ok bool) {
	if m.len == 0 {
		return value, false
	}
	leaf := m.leaves.values[m.leafOf(key)]
	i, ok := leaf.search(key)
	if ok {
		value = leaf.values[i]
	}
	return value, ok
}

// leafOf returns the place of the leaf that a key belongs to.
func (m *Map[V]) leafOf(key string) int {
	i, found := m.leaves.search(key)
	if found {
		return i
	}
	return max(i-1, 0)
}

// Set sets the value of a key, and returns the one that it had, if it had one.
func (m *Map[V]) Set(key string, value V) (old V, was bool) {
	if m.leaves.len() == 0 {
		m.leaves.insert(0, "", new(run[V]))
	}
	at := m.leafOf(key)
	leaf := m.leaves.values[at]
	i, was := leaf.search(key)
	if was {
		old, leaf.values[i] = leaf.values[i], value
		return old, true
	}
	m.len++
	if leaf.len() < maxLeaf {
		leaf.insert(i, key, value)
		return old, false
	}
	m.split(at, i)
	leaf = m.leaves.values[m.leafOf(key)]
	i, _ = leaf.search(key)
	leaf.insert(i, key, value)
	return old, false
}

// split makes two leaves of a full one, into which an entry is to come: of the same
// length, or with one entry in the second one if it comes last, so that keys that come
// in order fill their leaves.
func (m *Map[V]) split(at, next int) {
	leaf := m.leaves.values[at]
	half := maxLeaf / 2
	if next == maxLeaf && at == m.leaves.len()-1 {
		half = maxLeaf - 1
	}
	first, second := leaf.cut(half)
	m.leaves.values[at] = first
	m.leaves.insert(at+1, string(second.key(0)), second)
}

// Delete removes a key, and returns the value that it had, if it had one.
func (m *Map[V]) Delete(key string) (old V, was bool) {
	if m.len == 0 {
		return old, false
	}
	at := m.leafOf(key)
	leaf := m.leaves.values[at]
	i, was := leaf.search(key)
	if !was {
		return old, false
	}
	m.len--
	old = leaf.values[i]
	leaf.remove(i)
	if leaf.len() == 0 {
		m.leaves.remove(at)
		return old, true
	}
	m.join(at)
	m.join(at - 1)
	return old, true
}

// join makes one of a leaf and the next one if they are short.
func (m *Map[V]) join(at int) {
	if at < 0 || at+1 >= m.leaves.len() {
		return
	}
	first, second := m.leaves.values[at], m.leaves.values[at+1]
	if first.len()+second.len() <= maxLeaf/2 {
		first.append(second)
		m.leaves.remove(at + 1)
	}
}

// Clone returns a copy of the map; the values are copied as by assignment.
func (m *Map[V]) Clone() Map[V] {
	all := Map[V]{len: m.len}
	all.leaves.append(&m.leaves)
	for i, leaf := range all.leaves.values {
		all.leaves.values[i] = new(run[V])
		all.leaves.values[i].append(leaf)
	}
	return all
}

// Ascend lists the entries whose keys begin with prefix and come after a key, in
// ascending order; after the empty key come all but itself. The map must not be changed
// meanwhile.
func (m *Map[V]) Ascend(prefix, after string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if m.len == 0 {
			return
		}
		from := max(prefix, after)
		at := m.leafOf(from)
		i, found := m.leaves.values[at].search(from)
		if found && from == after {
			i++
		}
		for ; at < m.leaves.len(); at, i = at+1, 0 {
			for leaf := m.leaves.values[at]; i < leaf.len(); i++ {
				key := string(leaf.key(i))
				if !strings.HasPrefix(key, prefix) || !yield(key, leaf.values[i]) {
					return
				}
			}
		}
	}
}

// page is how many keys Keys takes at once.
const page = 256

// Keys lists keys as Ascend does, of a map that may be changed meanwhile: lock is held
// while some keys are taken, not while they are listed.
func (m *Map[V]) Keys(lock sync.Locker, prefix, after string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for more := true; more; {
			keys := m.take(lock, prefix, after)
			for _, key := range keys {
				if !yield(key) {
					return
				}
				after = key
			}
			more = len(keys) == page
		}
	}
}

func (m *Map[V]) take(lock sync.Locker, prefix, after string) (keys []string) {
	lock.Lock()
	defer lock.Unlock()
	for key := range m.Ascend(prefix, after) {
		if keys = append(keys, key); len(keys) == page {
			break
		}
	}
	return keys
}
