package jpeg

import (
	"bytes"
	"fmt"
	stdjpeg "image/jpeg"
	"math/rand/v2"
	"testing"
)

// photo returns a file as large as a photo of 12 megapixels is: waves and
// noise.
func photo(progressive bool) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	m := made{width: 4000, height: 3000, factors: samplings["4:2:0"], quality: 90, progressive: progressive}
	m.noise = func() int { return int(random.Uint32()&7) - 4 }
	return m.file()
}

// BenchmarkDecode compares with the standard library, which knows only full
// size.
func BenchmarkDecode(b *testing.B) {
	for _, progressive := range []bool{false, true} {
		name, file := map[bool]string{false: "sequential", true: "progressive"}[progressive], photo(progressive)
		b.Run(name+"/standard library", func(b *testing.B) {
			for b.Loop() {
				if _, err := stdjpeg.Decode(bytes.NewReader(file)); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, scale := range []int{1, 2, 4, 8} {
			b.Run(fmt.Sprint(name, "/", scale), func(b *testing.B) {
				b.ReportMetric(float64(len(file))/(1<<20), "MiB")
				b.ReportAllocs()
				for b.Loop() {
					decode(b, file, scale)
				}
			})
		}
	}
}

// BenchmarkEncode makes a picture of the size of a screen.
func BenchmarkEncode(b *testing.B) {
	p := decode(b, photo(false), 2)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			encode(b, p, 80)
		}
	})
	m := asImage(p)
	b.Run("standard library", func(b *testing.B) {
		for b.Loop() {
			if err := stdjpeg.Encode(&bytes.Buffer{}, m, &stdjpeg.Options{Quality: 80}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
