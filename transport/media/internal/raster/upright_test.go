package raster_test

import (
	"image"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// letters returns a plane of rows of letters.
func letters(rows ...string) raster.Plane {
	return plane(image.Pt(len(rows[0]), len(rows)), func(x, y int) uint8 { return rows[y][x] })
}

func text(p raster.Plane) string {
	var rows []string
	for y := range p.Size.Y {
		rows = append(rows, string(p.Row(y)))
	}
	return strings.Join(rows, " ")
}

// TestUpright has the eight ways in which a camera may store what is to be seen
// (EXIF 2.32, section 4.6.4).
func TestUpright(t *testing.T) {
	for orientation, want := range []string{
		"abc def", "abc def", "cba fed", "fed cba", "def abc",
		"ad be cf", "da eb fc", "fc eb da", "cf be ad", "abc def",
	} {
		p := raster.Picture{Space: raster.CMYK, Planes: []raster.Plane{letters("abc", "def"), letters("a"), letters("abc", "def"), letters("xyz")}}
		got := raster.Upright(p, orientation)
		if text(got.Planes[0]) != want || text(got.Planes[2]) != want || got.Space != p.Space {
			t.Errorf("orientation %d: %q, want %q", orientation, text(got.Planes[0]), want)
		}
	}
}

// TestUprightStays has pictures of odd sizes: after a turn, chroma is still
// where luma is.
func TestUprightStays(t *testing.T) {
	const size = 41 // pixels; chroma is 20.5
	slope := func(x, y int) uint8 { return uint8(4*x + 2*y) }
	luma, chroma := plane(image.Pt(size, size), slope), plane(image.Pt(21, 21), func(x, y int) uint8 { return slope(2*x, 2*y) + 3 })
	chroma.Extent = raster.Extent{X: size / 2., Y: size / 2.}
	for orientation := range 9 {
		p := raster.Upright(raster.Picture{Space: raster.YCbCr, Planes: []raster.Plane{luma, chroma, chroma}}, orientation)
		for i := 6; i < 15; i++ {
			row := p.Planes[0].Row(2 * i)
			middle := (int(row[2*i]) + int(row[2*i+1]) + int(p.Planes[0].Row(2*i + 1)[2*i]) + int(p.Planes[0].Row(2*i + 1)[2*i+1])) / 4
			if d := middle - int(p.Planes[1].Row(i)[i]); d < -1 || d > 1 {
				t.Errorf("orientation %d: at %d chroma is off by %d, %v", orientation, i, d, p.Planes[1].Extent)
			}
		}
	}
}
