package jpeg

import (
	"bytes"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// Samplings that files have, and others that T.81 allows.
var samplings = map[string][][2]int{
	"gray":             {{1, 1}},
	"gray 2x2":         {{2, 2}},
	"4:4:4":            {{1, 1}, {1, 1}, {1, 1}},
	"4:4:4 as 2x2":     {{2, 2}, {2, 2}, {2, 2}},
	"4:2:2":            {{2, 1}, {1, 1}, {1, 1}},
	"4:4:0":            {{1, 2}, {1, 1}, {1, 1}},
	"4:2:0":            {{2, 2}, {1, 1}, {1, 1}},
	"4:1:1":            {{4, 1}, {1, 1}, {1, 1}},
	"4:1:0":            {{4, 2}, {1, 1}, {1, 1}},
	"chroma differs":   {{2, 2}, {1, 1}, {1, 2}},
	"luma least":       {{1, 1}, {2, 2}, {2, 2}},
	"3 to 2":           {{3, 3}, {2, 1}, {1, 2}},
	"most blocks":      {{4, 4}, {3, 4}, {4, 3}},
	"4 components":     {{1, 1}, {1, 1}, {1, 1}, {1, 1}},
	"4 of which 2 few": {{2, 2}, {1, 1}, {1, 1}, {2, 2}},
	"4 odd":            {{1, 2}, {2, 1}, {1, 1}, {4, 2}},
}

// Ways to write the same picture.
var ways = map[string]func(*made){
	"one scan":    func(*made) {},
	"separate":    func(m *made) { m.separate = true },
	"progressive": func(m *made) { m.progressive = true },
	"restart":     func(m *made) { m.restart = 2 },
	"progressive with restart": func(m *made) {
		m.progressive, m.restart = true, 3
	},
	"without Huffman tables": func(m *made) { m.standard = true },
	"wide steps":             func(m *made) { m.wide = true },
}

func TestDecodeAnySampling(t *testing.T) {
	for name, factors := range samplings {
		for way, change := range ways {
			t.Run(name+"/"+way, func(t *testing.T) {
				m := made{width: 75, height: 53, factors: factors}
				change(&m)
				compare(t, decode(t, m.file(), 1).Planes, m.planes(), 2, 0.5)
			})
		}
	}
}

// Whatever the way that the coefficients are written, they are the same.
func TestDecodeSameAtAnyScale(t *testing.T) {
	for name, factors := range samplings {
		m := made{width: 83, height: 61, factors: factors, quality: 70}
		plain := m.file()
		for way, change := range ways {
			m := m
			change(&m)
			file := m.file()
			for _, scale := range []int{1, 2, 4, 8} {
				t.Run(fmt.Sprint(name, "/", way, "/", scale), func(t *testing.T) {
					compare(t, decode(t, file, scale).Planes, decode(t, plain, scale).Planes, 0, 0)
				})
			}
		}
	}
}

// A reduced plane is what the mean of the samples is, nearly.
func TestDecodeScales(t *testing.T) {
	for name, factors := range samplings {
		for _, scale := range []int{2, 4, 8} {
			t.Run(fmt.Sprint(name, "/", scale), func(t *testing.T) {
				m := made{width: 8 * 24, height: 8 * 24, factors: factors}
				var want []raster.Plane
				for _, p := range m.planes() {
					want = append(want, mean(p, scale))
				}
				compare(t, decode(t, m.file(), scale).Planes, want, 6, 1.6)
			})
		}
	}
}

// Planes have one sample for each that lies in the picture, in part at least.
func TestDecodeExtent(t *testing.T) {
	m := made{width: 801, height: 30, factors: samplings["4:2:0"]}
	for scale, want := range map[int][2]raster.Plane{
		1: {{Size: image.Pt(801, 30), Extent: raster.Extent{X: 801, Y: 30}}, {Size: image.Pt(401, 15), Extent: raster.Extent{X: 400.5, Y: 15}}},
		8: {{Size: image.Pt(101, 4), Extent: raster.Extent{X: 100.125, Y: 3.75}}, {Size: image.Pt(51, 2), Extent: raster.Extent{X: 50.0625, Y: 1.875}}},
	} {
		for i, p := range decode(t, m.file(), scale).Planes[:2] {
			if p.Size != want[i].Size || p.Extent != want[i].Extent {
				t.Errorf("scale %d, plane %d: %v and %v, want %v and %v", scale, i, p.Size, p.Extent, want[i].Size, want[i].Extent)
			}
		}
	}
}

// Where the standard library decodes a picture, it is the same picture.
func TestDecodeAsStandardLibrary(t *testing.T) {
	for _, name := range []string{"gray", "4:4:4", "4:2:2", "4:4:0", "4:2:0", "4:1:1"} {
		for _, progressive := range []bool{false, true} {
			for _, quality := range []int{5, 60, 95} {
				m := made{width: 75, height: 53, factors: samplings[name], quality: quality, progressive: progressive}
				t.Run(fmt.Sprint(name, progressive, quality), func(t *testing.T) {
					compare(t, decode(t, m.file(), 1).Planes, standard(t, m.file()), 1, 0.1)
				})
			}
		}
	}
}

// standard decodes a file by the standard library.
func standard(t *testing.T, file []byte) []raster.Plane {
	t.Helper()
	m, err := stdjpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	size := m.Bounds().Size()
	if m, ok := m.(*image.Gray); ok {
		return []raster.Plane{{Pix: m.Pix, Stride: m.Stride, Size: size}}
	}
	y := m.(*image.YCbCr)
	chroma := image.Pt(y.CStride, len(y.Cb)/y.CStride) // at least as large as the picture's
	return []raster.Plane{
		{Pix: y.Y, Stride: y.YStride, Size: size},
		{Pix: y.Cb, Stride: y.CStride, Size: chroma},
		{Pix: y.Cr, Stride: y.CStride, Size: chroma},
	}
}
