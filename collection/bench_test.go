package collection_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// large makes a collection of n items with random ids of which a random half is
// complete.
func large(tb testing.TB, n int) collection.Collection {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	items := make([]collection.Item, n)
	for i := range items {
		binary.LittleEndian.PutUint64(items[i].ID[:], rng.Uint64())
		binary.LittleEndian.PutUint64(items[i].ID[8:], rng.Uint64())
	}
	c, err := collection.New(collection.Header{ID: collection.ID{1}, Author: anna},
		collection.Body{Items: items, Completers: []collection.UserID{home}})
	if err != nil {
		tb.Fatal(err)
	}
	return half(tb, c, anna, rng)
}

// half applies an update by which a random half of the items is complete.
func half(tb testing.TB, c collection.Collection, by collection.UserID, rng *rand.Rand) collection.Collection {
	tb.Helper()
	var done []collection.ItemID
	for id := range c.Items() {
		if rng.IntN(2) == 0 {
			done = append(done, id)
		}
	}
	u, err := c.Complete(by, done...)
	if err != nil {
		tb.Fatal(err)
	}
	c, _, err = c.Apply(u)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func encode(tb testing.TB, c collection.Collection) []byte {
	tb.Helper()
	data, err := c.MarshalBinary()
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func sizes(b *testing.B, run func(b *testing.B, c collection.Collection)) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) { run(b, large(b, n)) })
	}
}

func BenchmarkDecode(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		data := encode(b, c)
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := collection.Decode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSHA256 is the limit beside which decoding stands.
func BenchmarkSHA256(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		data := encode(b, c)
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			sha256.Sum256(data)
		}
	})
}

func BenchmarkAppendBinary(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		b.SetBytes(int64(len(encode(b, c))))
		b.ReportAllocs()
		for b.Loop() {
			encode(b, c)
		}
	})
}

// BenchmarkCopy is the limit beside which encoding stands.
func BenchmarkCopy(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		data := encode(b, c)
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			sink = append(make([]byte, 0, len(data)), data...)
		}
	})
}

var sink []byte

func BenchmarkApplyOne(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		var pending collection.ItemID
		for id, rank := range c.Items() {
			if rank == label.Pending {
				pending = id
			}
		}
		u, err := c.Complete(anna, pending)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, changed, err := c.Apply(u); err != nil || !changed {
				b.Fatal(err, changed)
			}
		}
	})
}

func BenchmarkMerge(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		fresh, err := collection.New(c.Header(), c.Body())
		if err != nil {
			b.Fatal(err)
		}
		d := half(b, fresh, home, rand.New(rand.NewPCG(7, 7)))
		b.ReportAllocs()
		for b.Loop() {
			if _, changed, err := c.Merge(d); err != nil || !changed {
				b.Fatal(err, changed)
			}
		}
	})
}

// BenchmarkCopyLabels is the limit beside which Apply and Merge stand: n/8 bytes.
func BenchmarkCopyLabels(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		data := make([]byte, c.Len()/8)
		for b.Loop() {
			sink = append(make([]byte, 0, len(data)), data...)
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		ids := make([]collection.ItemID, 0, c.Len())
		for id := range c.Items() {
			ids = append(ids, id)
		}
		rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		i := 0
		for b.Loop() {
			if _, ok := c.Index(ids[i]); !ok {
				b.Fatal("not found")
			}
			if i++; i == len(ids) {
				i = 0
			}
		}
	})
}

func BenchmarkLabel(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		ids := make([]collection.ItemID, 0, c.Len())
		for id := range c.Items() {
			ids = append(ids, id)
		}
		rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		i := 0
		for b.Loop() {
			if _, ok := c.Label(ids[i]); !ok {
				b.Fatal("not found")
			}
			if i++; i == len(ids) {
				i = 0
			}
		}
	})
}

// BenchmarkMap is the limit beside which Index and Label stand.
func BenchmarkMap(b *testing.B) {
	sizes(b, func(b *testing.B, c collection.Collection) {
		m := make(map[collection.ItemID]int, c.Len())
		ids := make([]collection.ItemID, 0, c.Len())
		for id := range c.Items() {
			m[id] = len(ids)
			ids = append(ids, id)
		}
		rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		i := 0
		for b.Loop() {
			if _, ok := m[ids[i]]; !ok {
				b.Fatal("not found")
			}
			if i++; i == len(ids) {
				i = 0
			}
		}
	})
}
