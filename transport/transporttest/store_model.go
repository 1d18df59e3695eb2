package transporttest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// model is a map that does what a store should, and remembers which versions the
// records have had.
type model struct {
	random  *rand.Rand
	records map[string]transport.Record
	seen    map[string]map[uint64]bool
}

// asMap does the same with a store and a map, by chance, and compares them.
func asMap(t testing.TB, open opener[transport.Store]) {
	m := &model{rand.New(rand.NewPCG(1, 2)), map[string]transport.Record{}, map[string]map[uint64]bool{}}
	s := open(t)
	for range 500 {
		switch n := m.random.IntN(100); {
		case n < 60:
			m.apply(t, s)
		case n < 80:
			m.get(t, s)
		case n < 98:
			m.scan(t, s)
		default:
			s = open(t)
		}
	}
}

// key is one of a few keys, some of which begin with others.
func (m *model) key() string {
	return []string{"a", "a-b", "a/b", "a/b/c", "a0", "ab", "b", "b/a", "b/b", "c"}[m.random.IntN(10)]
}

func (m *model) get(t testing.TB, s transport.Store) {
	t.Helper()
	keys := []string{m.key(), m.key(), m.key()}
	found, err := s.Get(t.Context(), keys...)
	want(t, err, nil)
	for i, key := range keys {
		m.same(t, found[i], key)
	}
}

func (m *model) same(t testing.TB, r transport.Record, key string) {
	t.Helper()
	if is := m.records[key]; r.Key != key || string(r.Value) != string(is.Value) || r.Version != is.Version {
		t.Fatalf("%s is %v, want %v", key, r, is)
	}
}

func (m *model) scan(t testing.TB, s transport.Store) {
	t.Helper()
	prefix, after, limit := m.key()[:1], "", m.random.IntN(4)
	if m.random.IntN(2) == 0 {
		after = m.key()
	}
	keys := pick(slices.Collect(maps.Keys(m.records)), prefix, after, limit)
	i := 0
	for r, err := range s.Scan(t.Context(), prefix, after, limit) {
		want(t, err, nil)
		if i == len(keys) {
			t.Fatalf("%s is listed beyond %v", r.Key, keys)
		}
		m.same(t, r, keys[i])
		i++
	}
	if i < len(keys) {
		t.Fatalf("%d records are listed of %v", i, keys)
	}
}

// pick is what a walk lists of some keys.
func pick(keys []string, prefix, after string, limit int) []string {
	var out []string
	for _, key := range slices.Sorted(slices.Values(keys)) {
		if strings.HasPrefix(key, prefix) && key > after && (limit == 0 || len(out) < limit) {
			out = append(out, key)
		}
	}
	return out
}

func (m *model) apply(t testing.TB, s transport.Store) {
	t.Helper()
	batch, refused := m.batch()
	version, err := s.Apply(t.Context(), batch)
	if refused {
		want(t, err, transport.ErrConflict)
		return
	}
	want(t, err, nil)
	for _, c := range batch.Changes {
		delete(m.records, c.Key)
		if c.Value != nil {
			m.set(t, transport.Record{Key: c.Key, Value: c.Value, Version: version})
		}
	}
}

func (m *model) set(t testing.TB, r transport.Record) {
	t.Helper()
	if m.seen[r.Key] == nil {
		m.seen[r.Key] = map[uint64]bool{0: true}
	}
	if m.seen[r.Key][r.Version] {
		t.Fatalf("%s has had version %d before", r.Key, r.Version)
	}
	m.seen[r.Key][r.Version] = true
	m.records[r.Key] = r
}

// batch makes a batch with a few conditions and changes, and reports whether one of the
// conditions does not hold.
func (m *model) batch() (b transport.Batch, refused bool) {
	used := map[string]bool{}
	for range m.random.IntN(3) {
		if key := m.key(); !used[key] {
			c := transport.Condition{Key: key, Version: m.records[key].Version}
			if m.random.IntN(5) == 0 {
				c.Version++
				refused = true
			}
			b.Conditions = append(b.Conditions, c)
			used[key] = true
		}
	}
	clear(used)
	for range m.random.IntN(5) {
		if key := m.key(); !used[key] {
			b.Changes = append(b.Changes, m.change(key))
			used[key] = true
		}
	}
	return b, refused
}

func (m *model) change(key string) transport.Change {
	if m.random.IntN(3) == 0 {
		return gone(key)
	}
	return to(key, fmt.Sprint(m.random.IntN(4)))
}
