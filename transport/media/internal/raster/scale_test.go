package raster_test

import (
	"image"
	"runtime"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// photo returns a picture with chroma of any size.
func photo(luma, chroma image.Point, extent raster.Extent) raster.Picture {
	p := raster.Picture{Space: raster.YCbCr, Planes: []raster.Plane{scene(luma), scene(chroma), noise(chroma, 3)}}
	p.Planes[1].Extent, p.Planes[2].Extent = extent, extent
	return p
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		name         string
		luma, chroma image.Point
		extent       raster.Extent
	}{
		{"4:2:0", image.Pt(201, 101), image.Pt(101, 51), raster.Extent{X: 100.5, Y: 50.5}},
		{"4:4:4", image.Pt(200, 100), image.Pt(200, 100), raster.Extent{X: 200, Y: 100}},
		{"4:1:0", image.Pt(200, 100), image.Pt(50, 50), raster.Extent{X: 50, Y: 50}},
		{"chroma at an eighth", image.Pt(100, 60), image.Pt(13, 8), raster.Extent{X: 12.5, Y: 7.5}},
	} {
		for _, size := range []image.Point{{80, 40}, {33, 17}, {1, 1}} {
			p := raster.Scale(photo(c.luma, c.chroma, c.extent), size)
			half := image.Pt((size.X+1)/2, (size.Y+1)/2)
			inside := raster.Extent{X: float64(size.X) / 2, Y: float64(size.Y) / 2}
			if p.Space != raster.YCbCr || p.Planes[0].Size != size || p.Planes[1].Size != half || p.Planes[2].Extent != inside {
				t.Errorf("%s to %v: %v %v %v", c.name, size, p.Planes[0].Size, p.Planes[1].Size, p.Planes[2].Extent)
			}
		}
	}
}

// TestScaleSame keeps the planes of a 4:2:0 picture that has the size wanted.
func TestScaleSame(t *testing.T) {
	p := photo(image.Pt(33, 21), image.Pt(17, 11), raster.Extent{X: 16.5, Y: 10.5})
	for i, plane := range raster.Scale(p, image.Pt(33, 21)).Planes {
		if &plane.Pix[0] != &p.Planes[i].Pix[0] {
			t.Errorf("plane %d was made anew", i)
		}
	}
}

// TestScaleInk keeps the samples of every plane of other spaces.
func TestScaleInk(t *testing.T) {
	size := image.Pt(20, 10)
	p := raster.Picture{Space: raster.CMYK}
	for range 4 {
		p.Planes = append(p.Planes, scene(image.Pt(60, 30)))
	}
	for i, plane := range raster.Scale(p, size).Planes {
		if d := farthest(t, plane, slowly(p.Planes[i], size)); d > 1 {
			t.Errorf("plane %d: off by %d", i, d)
		}
	}
}

// TestCost holds what is allocated against what was said. The allocator rounds
// up by up to an eighth.
func TestCost(t *testing.T) {
	for from, to := range sizes {
		p := noise(from, 1)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		raster.Resample(p, to)
		runtime.ReadMemStats(&after)
		if got, said := int64(after.TotalAlloc-before.TotalAlloc), raster.Cost(from, to); got > said+said/8+1024 {
			t.Errorf("%v to %v: %d bytes, said %d", from, to, got, said)
		}
	}
}
