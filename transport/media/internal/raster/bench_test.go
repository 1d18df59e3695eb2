package raster_test

import (
	"image"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// BenchmarkResample says how many samples of the source a second are filtered.
func BenchmarkResample(b *testing.B) {
	for _, c := range []struct {
		name     string
		from, to image.Point
	}{
		{"half", image.Pt(3840, 2880), image.Pt(1920, 1440)},
		{"rows of a power of two", image.Pt(4096, 3072), image.Pt(1920, 1440)},
		{"third", image.Pt(960, 720), image.Pt(320, 240)},
		{"sixth", image.Pt(3840, 2880), image.Pt(640, 480)},
		{"twelfth", image.Pt(3840, 2880), image.Pt(320, 240)},
		{"twice", image.Pt(960, 720), image.Pt(1920, 1440)},
	} {
		p := noise(c.from, 1)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(p.Pix)))
			b.ReportAllocs()
			for b.Loop() {
				raster.Resample(p, c.to)
			}
		})
	}
}
