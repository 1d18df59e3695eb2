package column

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The limits, at a million items, are in multiples of BenchmarkCopy/1000000:
//
//	BenchmarkCombineOne      1.5
//	BenchmarkCombineRandom   5

const million = 1_000_000

func randomColumn(n, d int, seed uint64) Column {
	random := rand.New(rand.NewPCG(seed, 1))
	values := make([]uint32, n)
	for i := range values {
		values[i] = uint32(random.IntN(d))
	}
	return FromValues(values)
}

var sink byte

// BenchmarkCopy allocates and copies n/8 bytes.
func BenchmarkCopy(b *testing.B) {
	for _, n := range []int{100_000, million} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := randomColumn(n, 2, 1).data
			for b.Loop() {
				c := make([]byte, len(data))
				copy(c, data)
				sink = c[0]
			}
		})
	}
}

func benchmarkCombine(b *testing.B, x, y Column) {
	b.ReportAllocs()
	for b.Loop() {
		c, changed := Combine(x, y, maxOf)
		if !changed {
			b.Fatal("unchanged")
		}
		sink = c.data[0]
	}
}

func BenchmarkCombineOne(b *testing.B) {
	x := randomColumn(million, 2, 1)
	at := million / 2
	for x.At(at) != 0 {
		at++
	}
	benchmarkCombine(b, x, Of(million, 1, []int{at}))
}

func BenchmarkCombineRandom(b *testing.B) {
	benchmarkCombine(b, randomColumn(million, 2, 1), randomColumn(million, 2, 2))
}

func BenchmarkCombineDegrees(b *testing.B) {
	benchmarkCombine(b, randomColumn(million, 4, 1), randomColumn(million, 4, 2))
}

func BenchmarkCombineFive(b *testing.B) {
	benchmarkCombine(b, randomColumn(million, 5, 1), randomColumn(million, 5, 2))
}

func BenchmarkCombineMixed(b *testing.B) {
	benchmarkCombine(b, randomColumn(million, 4, 1), randomColumn(million, 2, 2))
}

func BenchmarkCombineWider(b *testing.B) {
	benchmarkCombine(b, randomColumn(million, 2, 1), Of(million, 2, []int{million / 2}))
}

func BenchmarkCombineUnchanged(b *testing.B) {
	y := randomColumn(million, 2, 2)
	x, _ := Combine(randomColumn(million, 2, 1), y, maxOf)
	b.ReportAllocs()
	for b.Loop() {
		if _, changed := Combine(x, y, maxOf); changed {
			b.Fatal("changed")
		}
	}
}

func benchmarkParse(b *testing.B, c Column) {
	dict, form, data := c.Encode()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(c.n, dict, form, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseRandom(b *testing.B) {
	for _, n := range []int{100_000, million} {
		for _, d := range []int{2, 3, 4, 5} {
			b.Run(fmt.Sprintf("%d/%d", n, d), func(b *testing.B) {
				benchmarkParse(b, randomColumn(n, d, 1))
			})
		}
	}
}

// BenchmarkParseSkewed has the most runs for which the forms are near a tie.
func BenchmarkParseSkewed(b *testing.B) {
	for _, one := range []int{12, 14, 20} {
		b.Run(fmt.Sprint(one), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 1))
			values := make([]uint32, million)
			for i := range values {
				if random.IntN(one) == 0 {
					values[i] = 1
				}
			}
			benchmarkParse(b, FromValues(values))
		})
	}
}

func BenchmarkCount(b *testing.B) {
	c := randomColumn(million, 2, 1)
	for b.Loop() {
		sink = byte(c.Count(func(v uint32) bool { return v == 0 }))
	}
}

func BenchmarkNonZero(b *testing.B) {
	c := randomColumn(million, 2, 1)
	for b.Loop() {
		for i := range c.NonZero() {
			sink = byte(i)
		}
	}
}
