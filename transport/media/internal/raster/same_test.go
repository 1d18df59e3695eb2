package raster_test

import (
	"hash/crc32"
	"image"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// TestSameEverywhere makes the same bytes on all processors: a version made
// again elsewhere has the same digest.
func TestSameEverywhere(t *testing.T) {
	sum := crc32.NewIEEE()
	for from, to := range sizes {
		sum.Write(raster.Resample(noise(from, 5), to).Pix)
	}
	p := raster.Picture{Space: raster.YCbCr, Planes: []raster.Plane{noise(image.Pt(160, 120), 6), noise(image.Pt(80, 60), 7), noise(image.Pt(80, 60), 8)}}
	rgb := raster.ToRGB(p, image.Pt(99, 70))
	for _, p := range raster.Upright(raster.FromRGB(rgb, image.Pt(99, 70), true), 7).Planes {
		sum.Write(p.Pix)
	}
	if got := sum.Sum32(); got != 0xfe6d3dec {
		t.Errorf("%#08x", got)
	}
}
