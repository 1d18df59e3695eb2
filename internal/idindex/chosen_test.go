package idindex

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// chosen are columns of ids by a rule, two halves for each item.
var chosen = map[string]func(i uint64) (a, b uint64){
	"low":                func(i uint64) (a, b uint64) { return i, 1 },
	"high":               func(i uint64) (a, b uint64) { return i << 40, 1 },
	"low in the second":  func(i uint64) (a, b uint64) { return 1, i },
	"high in the second": func(i uint64) (a, b uint64) { return 1, i << 40 },
	"the same twice":     func(i uint64) (a, b uint64) { return i, i },
	"the opposite":       func(i uint64) (a, b uint64) { return i, ^i },
	"multiplied":         func(i uint64) (a, b uint64) { return i * 0x9e3779b97f4a7c15, i * 0x9e3779b97f4a7c15 },
	"three bits":         func(i uint64) (a, b uint64) { return 1<<(i%64) | 1<<(i/64%64), 1 << (i / 4096 % 64) },
	"one bit, and low":   func(i uint64) (a, b uint64) { return 1 << 63, i },
	"zero":               func(i uint64) (a, b uint64) { return 0, i },
	"ones":               func(i uint64) (a, b uint64) { return ^uint64(0), i << 32 },
	"crosswise":          func(i uint64) (a, b uint64) { return i << 32, i >> 32 },
}

func columnOf(n int, id func(i uint64) (a, b uint64)) []byte {
	ids := make([]byte, 0, 16*n)
	for i := range uint64(n) {
		a, b := id(i)
		ids = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(ids, a), b)
	}
	return ids
}

// longest is the greatest number of groups that are looked at for an id of the column.
func (x *Index) longest() (most int) {
	for i := range len(x.ids) / idSize {
		at, _ := x.slot(Halves((*[idSize]byte)(x.ids[i*idSize:])))
		n := 1
		for free(x.groups[at].tags()) == slots && n <= len(x.groups) {
			at, n = x.after(at), n+1
		}
		most = max(most, n)
	}
	return most
}

// TestChosenIDs: by whatever rule somebody chooses ids, the longest search is about that
// among random ones, whatever the seed.
func TestChosenIDs(t *testing.T) {
	const n, seeds = 100_000, 20
	most := 0
	for seed := range seeds {
		most = max(most, New(randomIDs(n, byte(seed))).longest())
	}
	for name, id := range chosen {
		ids := columnOf(n, id)
		for range seeds {
			if got := New(ids).longest(); got > 3*most {
				t.Errorf("%s: %d groups are looked at, %d at most among random ids", name, got, most)
			}
		}
	}
}

// TestCollisionsDoNotLast: ids that all meet in one index do not in the next one of them,
// which has another seed.
func TestCollisionsDoNotLast(t *testing.T) {
	const n = 1000
	x := New(randomIDs(n, 1))
	var meet []byte
	random := rand.NewChaCha8([32]byte{7})
	for len(meet) < 16*n {
		var id [16]byte
		binary.LittleEndian.PutUint64(id[:], random.Uint64())
		binary.LittleEndian.PutUint64(id[8:], random.Uint64())
		if at, _ := x.slot(Halves(&id)); at == 0 {
			meet = append(meet, id[:]...)
		}
	}
	if got := New(meet).longest(); got > 20 {
		t.Errorf("%d groups of %d are looked at", got, n/5+1)
	}
	if same := (&Index{ids: meet, groups: make([]group, n/5+1), seed: x.seed, duplicate: -1}); same.all().longest() < 100 {
		t.Errorf("with the same seed %d groups are looked at", same.longest())
	}
}

// all adds the whole column.
func (x *Index) all() *Index {
	for i := range len(x.ids) / idSize {
		x.insert(i)
	}
	return x
}
