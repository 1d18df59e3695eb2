package raster_test

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// one returns a picture of one pixel.
func one(space raster.Space, samples ...uint8) raster.Picture {
	p := raster.Picture{Space: space}
	for _, v := range samples {
		p.Planes = append(p.Planes, plane(image.Pt(1, 1), func(int, int) uint8 { return v }))
	}
	return p
}

func TestToRGB(t *testing.T) {
	for _, c := range []struct {
		name string
		p    raster.Picture
		want []uint8
	}{
		{"gray", one(raster.Gray, 77), []uint8{77, 77, 77}},
		{"RGB", one(raster.RGB, 1, 2, 3), []uint8{1, 2, 3}},
		{"black", one(raster.YCbCr, 0, 128, 128), []uint8{0, 0, 0}},
		{"white", one(raster.YCbCr, 255, 128, 128), []uint8{255, 255, 255}},
		{"red", one(raster.YCbCr, 76, 85, 255), []uint8{254, 0, 0}},
		{"more than red", one(raster.YCbCr, 255, 0, 255), []uint8{255, 208, 28}},
		{"cyan ink", one(raster.CMYK, 255, 0, 0, 0), []uint8{0, 255, 255}},
		{"half black", one(raster.CMYK, 0, 51, 255, 127), []uint8{128, 102, 0}},
		{"no ink", one(raster.YCCK, 255, 128, 128, 0), []uint8{255, 255, 255}},
		{"black ink", one(raster.YCCK, 255, 128, 128, 255), []uint8{0, 0, 0}},
		{"gray of two inks", one(raster.YCCK, 200, 128, 128, 127), []uint8{100, 100, 100}},
	} {
		if got := raster.ToRGB(c.p, image.Pt(1, 1)); !bytes.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestYCbCr compares with the standard library, there and back, all over RGB.
func TestYCbCr(t *testing.T) {
	for r := 0; r < 256; r += 5 {
		for g := 0; g < 256; g += 5 {
			for b := 0; b < 256; b += 5 {
				rgb := []uint8{uint8(r), uint8(g), uint8(b)}
				p := raster.FromRGB(rgb, image.Pt(1, 1), false)
				y, cb, cr := color.RGBToYCbCr(rgb[0], rgb[1], rgb[2])
				if got := []uint8{p.Planes[0].Pix[0], p.Planes[1].Pix[0], p.Planes[2].Pix[0]}; !near(got, []uint8{y, cb, cr}, 1) {
					t.Fatalf("%v is %v, want %d %d %d", rgb, got, y, cb, cr)
				}
				if back := raster.ToRGB(p, image.Pt(1, 1)); !near(back, rgb, 2) {
					t.Fatalf("%v returns as %v", rgb, back)
				}
			}
		}
	}
}

func near(a, b []uint8, by int) bool {
	return slices.EqualFunc(a, b, func(u, v uint8) bool { return int(u)-int(v) <= by && int(v)-int(u) <= by })
}

// TestHalved has 3 × 3 pixels: the chroma of two of them, or of the one that is
// left, is averaged.
func TestHalved(t *testing.T) {
	red, blue, black := []uint8{255, 0, 0}, []uint8{0, 0, 255}, []uint8{0, 0, 0}
	pix := slices.Concat(red, red, blue, red, red, blue, black, blue, red)
	p := raster.FromRGB(pix, image.Pt(3, 3), true)
	for i, want := range [][]uint8{{76, 76, 29, 76, 76, 29, 0, 29, 76}, {85, 255, 192, 85}, {255, 107, 118, 255}} {
		if !bytes.Equal(p.Planes[i].Pix, want) {
			t.Errorf("plane %d: %v, want %v", i, p.Planes[i].Pix, want)
		}
	}
	if got := p.Planes[1]; got.Size != image.Pt(2, 2) || got.Extent != (raster.Extent{X: 1.5, Y: 1.5}) {
		t.Error(got)
	}
}
