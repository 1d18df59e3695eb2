package idindex

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func Example() {
	column := []byte("the first item's" + "that of the next" + "the first item's")
	x := New(column)
	fmt.Println(x.Find(Halves((*[16]byte)([]byte("that of the next")))), x.Find(Halves(&[16]byte{})), x.Duplicate())
	// Output: 1 -1 2
}

// TestAgainstAMap: few different ids, so that groups run over and ids repeat.
func TestAgainstAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		column := rapid.SliceOfN(rapid.Uint16Range(0, 300), 0, 400).Draw(t, "ids")
		want, duplicate := map[[16]byte]int{}, -1
		var ids []byte
		for i, v := range column {
			var id [16]byte
			binary.BigEndian.PutUint16(id[14:], v)
			if _, there := want[id]; !there {
				want[id] = i
			} else if duplicate < 0 {
				duplicate = i
			}
			ids = append(ids, id[:]...)
		}
		x := New(ids)
		if x.Duplicate() != duplicate {
			t.Errorf("duplicate %d, want %d", x.Duplicate(), duplicate)
		}
		for v := range 301 {
			var id [16]byte
			binary.BigEndian.PutUint16(id[14:], uint16(v))
			i, there := want[id]
			if got := x.Find(Halves(&id)); there && got != i || !there && got != -1 {
				t.Errorf("%d is found at %d, want %d, %t", v, got, i, there)
			}
		}
	})
}

// TestFullTable: groups that are full to the last, and one more than the first has room for.
func TestFullTable(t *testing.T) {
	for n := range 200 {
		x := New(randomIDs(n, 1))
		for i := range n {
			if got := x.Find(Halves((*[16]byte)(x.ids[16*i:]))); got != i {
				t.Fatalf("item %d of %d is found at %d", i, n, got)
			}
		}
		if got := x.Find(Halves(&[16]byte{1})); got != -1 {
			t.Errorf("an absent item is found at %d of %d", got, n)
		}
	}
}

// TestSpread: whatever a column is, its ids spread over the groups as random ones would.
func TestSpread(t *testing.T) {
	const n = 20_000
	for name, fill := range map[string]func(id []byte, i uint32){
		"prefix": func(id []byte, i uint32) { binary.BigEndian.PutUint32(id[12:], i) },
		"suffix": func(id []byte, i uint32) { binary.LittleEndian.PutUint32(id, i) },
		"middle": func(id []byte, i uint32) { binary.LittleEndian.PutUint32(id[6:], i) },
		"halves": func(id []byte, i uint32) {
			binary.LittleEndian.PutUint32(id, i)
			binary.LittleEndian.PutUint32(id[8:], i)
		},
		"top bits": func(id []byte, i uint32) { binary.LittleEndian.PutUint32(id[4:], i<<17); id[15] = byte(i >> 15) },
	} {
		ids := make([]byte, 16*n)
		for i := range n {
			fill(ids[16*i:][:16], uint32(i+1))
		}
		if full, most := New(ids).full(), 4*(New(randomIDs(n, 2)).full()+10); full > most {
			t.Errorf("%s: %d groups are full, want %d at most", name, full, most)
		}
	}
}

// full counts the full groups.
func (x *Index) full() (n int) {
	for i := range x.groups {
		if free(x.groups[i].tags()) == slots {
			n++
		}
	}
	return n
}

func randomIDs(n int, seed byte) []byte {
	ids := make([]byte, 16*n)
	rand.NewChaCha8([32]byte{seed}).Read(ids)
	return ids
}

func BenchmarkNew(b *testing.B) {
	ids := randomIDs(100_000, 1)
	for b.Loop() {
		New(ids)
	}
}

func BenchmarkFind(b *testing.B) {
	x, i := New(randomIDs(100_000, 1)), 0
	for b.Loop() {
		i = (i + 7919) % 100_000
		if x.Find(Halves((*[16]byte)(x.ids[16*i:]))) != i {
			b.Fatal(i)
		}
	}
}
