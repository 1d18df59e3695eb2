package ordered

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// key draws keys that are often the same, or the beginning of each other, and in no
// order: '-' is before '/', and '/' before digits and letters.
var key = rapid.StringOfN(rapid.RuneFrom([]rune("-/0a")), 0, 6, -1)

// model is what a Map is, in the simplest way.
type model map[string]int

func (m model) ascend(prefix, after string) (keys []string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(key, prefix) && (key > after) {
			keys = append(keys, key)
		}
	}
	return keys
}

// TestMap: a Map is as a map that is sorted.
func TestMap(t *testing.T) { rapid.Check(t, checkMap) }

func checkMap(t *rapid.T) {
	var m Map[int]
	want := model{}
	n := 0
	same := func(old int, was bool, key string) {
		if there, ok := want[key]; old != there || was != ok {
			t.Fatalf("%q had %d, %v; want %d, %v", key, old, was, there, ok)
		}
	}
	set := func(key string) {
		n++
		old, was := m.Set(key, n)
		same(old, was, key)
		want[key] = n
	}
	remove := func(key string) {
		old, was := m.Delete(key)
		same(old, was, key)
		delete(want, key)
	}
	t.Repeat(map[string]func(*rapid.T){
		"set":    func(t *rapid.T) { set(key.Draw(t, "key")) },
		"delete": func(t *rapid.T) { remove(key.Draw(t, "key")) },
		"set many": func(t *rapid.T) {
			from, step := rapid.IntRange(0, 9999).Draw(t, "from"), rapid.SampledFrom([]int{1, -1, 7919}).Draw(t, "step")
			for i := range 300 {
				set(fmt.Sprintf("m/%04d", (from+i*step+10000*300)%10000))
			}
		},
		"delete many": func(t *rapid.T) {
			for _, key := range want.ascend(key.Draw(t, "prefix"), key.Draw(t, "after")) {
				remove(key)
			}
		},
		"clone": func(*rapid.T) {
			old := m
			m = old.Clone()
			for key := range want {
				old.Set(key, -1)
			}
			old.Set("one more", -1)
		},
		"": func(t *rapid.T) { checkSame(t, &m, want) },
	})
}

func checkSame(t *rapid.T, m *Map[int], want model) {
	if m.Len() != len(want) {
		t.Fatalf("%d entries, want %d", m.Len(), len(want))
	}
	prefix, after := key.Draw(t, "prefix"), key.Draw(t, "after")
	var found []string
	for key, value := range m.Ascend(prefix, after) {
		if got, ok := m.Get(key); value != want[key] || got != value || !ok {
			t.Fatalf("%q has %d listed, %d found; want %d", key, value, got, want[key])
		}
		found = append(found, key)
	}
	keys := want.ascend(prefix, after)
	if listed := slices.Collect(m.Keys(new(sync.Mutex), prefix, after)); !slices.Equal(found, keys) || !slices.Equal(listed, keys) {
		t.Fatalf("%q after %q: entries %q, keys %q, want %q", prefix, after, found, listed, keys)
	}
	if got, ok := m.Get(after); got != want[after] || ok != (got > 0) {
		t.Fatalf("%q has %d, %v; want %d", after, got, ok, want[after])
	}
}

// TestShrinks: a map from which most was removed has few leaves.
func TestShrinks(t *testing.T) {
	var m Map[int]
	for i := range 100_000 {
		m.Set(fmt.Sprint(i), i)
	}
	for i := range 99_900 {
		m.Delete(fmt.Sprint(i))
	}
	if n := m.leaves.len(); n > 5 {
		t.Errorf("%d leaves for %d entries", n, m.Len())
	}
}

// keys are n keys as stores have them, of 40 bytes.
func keys(n int) []string {
	random := rand.New(rand.NewPCG(1, 1))
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("kind/%016x%016x/%02x", random.Uint64(), random.Uint64(), i%256)
	}
	return all
}

type place [3]uint64 // as large as those of filestore

// BenchmarkMap sets and reads a million keys of 40 bytes with values of 24, in no order
// and in order, and reports the memory per key.
func BenchmarkMap(b *testing.B) {
	const n = 1_000_000
	random := keys(n)
	for name, all := range map[string][]string{"random": random, "ascending": slices.Sorted(slices.Values(random))} {
		m := filled(all)
		b.Run("set/"+name, func(b *testing.B) {
			for b.Loop() {
				filled(all)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/key")
			without := heap()
			more := filled(all)
			b.ReportMetric(float64(heap()-without)/n, "B/key")
			runtime.KeepAlive(more)
		})
		b.Run("get/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				m.Get(all[i*7919%n])
			}
		})
		b.Run("ascend/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				for range m.Ascend("kind/", all[i*7919%n]) {
					break
				}
			}
		})
	}
}

func filled(keys []string) *Map[place] {
	m := new(Map[place])
	for _, key := range keys {
		m.Set(key, place{})
	}
	return m
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
