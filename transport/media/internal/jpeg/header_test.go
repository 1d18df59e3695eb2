package jpeg

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

var spaces = map[string]struct {
	m    made
	want raster.Space
}{
	"one component":             {made{factors: samplings["gray"]}, raster.Gray},
	"three":                     {made{factors: samplings["4:4:4"]}, raster.YCbCr},
	"named RGB":                 {made{factors: samplings["4:4:4"], ids: "RGB"}, raster.RGB},
	"Adobe 0":                   {made{factors: samplings["4:4:4"], apps: adobe + "\x00"}, raster.RGB},
	"Adobe 1":                   {made{factors: samplings["4:4:4"], apps: adobe + "\x01"}, raster.YCbCr},
	"Adobe 1 in spite of names": {made{factors: samplings["4:4:4"], ids: "RGB", apps: adobe + "\x01"}, raster.YCbCr},
	"JFIF before Adobe":         {made{factors: samplings["4:4:4"], apps: jfif + adobe + "\x00"}, raster.YCbCr},
	"four":                      {made{factors: samplings["4 components"]}, raster.CMYK},
	"four, Adobe 0":             {made{factors: samplings["4 components"], apps: adobe + "\x00"}, raster.CMYK},
	"four, Adobe 2":             {made{factors: samplings["4 components"], apps: adobe + "\x02"}, raster.YCCK},
}

func TestSpace(t *testing.T) {
	for name, c := range spaces {
		c.m.width, c.m.height = 20, 10
		h, err := ReadHeader(bytes.NewReader(c.m.file()))
		if err != nil || h.Space != c.want || h.Width != 20 || h.Height != 10 {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
		if p := decode(t, c.m.file(), 8); p.Space != c.want {
			t.Errorf("%s: decoded as %v", name, p.Space)
		}
	}
}

// Adobe's programs write ink inverted. Chroma of inverted colours is what is
// as far from the middle on the other side.
func TestInk(t *testing.T) {
	m := made{width: 20, height: 10, factors: samplings["4 components"]}
	plain := decode(t, m.file(), 1).Planes
	for transform, chroma := range map[string]bool{"\x00": false, "\x02": true} {
		m.apps = adobe + transform
		for i, p := range decode(t, m.file(), 1).Planes {
			for at, v := range p.Row(3) {
				want := 255 - int(plain[i].Row(3)[at])
				if chroma && (i == 1 || i == 2) {
					want = min(255, want+1)
				}
				if int(v) != want {
					t.Fatalf("transform %q, plane %d: %d, want %d", transform, i, v, want)
				}
			}
		}
	}
}

// The header is read without any of the picture's data.
func TestReadHeaderReadsNoData(t *testing.T) {
	file := made{width: 64, height: 64, factors: samplings["4:2:0"], progressive: true}.file()
	start := bytes.Index(file, []byte{0xff, markerSOS})
	h, err := ReadHeader(bytes.NewReader(file[:start+2]))
	if err != nil || !h.Progressive || len(h.Components) != 3 || h.Components[0].H != 2 {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := ReadHeader(bytes.NewReader(file[:start])); !errors.Is(err, ErrTruncated) {
		t.Errorf("without a scan: %v", err)
	}
}

// Cost is what decoding allocates.
func TestCost(t *testing.T) {
	for name, factors := range samplings {
		for _, progressive := range []bool{false, true} {
			m := made{width: 400, height: 300, factors: factors, progressive: progressive, standard: !progressive}
			file := m.file()
			h, err := ReadHeader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			for _, scale := range []int{1, 2, 4, 8} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				decode(t, file, scale)
				runtime.ReadMemStats(&after)
				got, most := int64(after.TotalAlloc-before.TotalAlloc), h.Cost(scale)
				if progressive {
					most += 200 << 10 // tables of all scans, of which most are garbage
				}
				if got > most {
					t.Errorf("%s, progressive %v, scale %d: %d bytes, said %d", name, progressive, scale, got, most)
				}
			}
		}
	}
}

// Large pictures that people have fit a budget of 192 MiB.
func TestCostOfLargePictures(t *testing.T) {
	for _, c := range []struct {
		m     made
		scale int
		most  int64
	}{
		{made{width: 8192, height: 6144, factors: samplings["4:4:4"], progressive: true}, 2, 140 << 20},
		{made{width: 8192, height: 6144, factors: samplings["4:4:4"], progressive: true}, 8, 30 << 20},
		{made{width: 16384, height: 12288, factors: samplings["4:2:0"]}, 8, 5 << 20},
		{made{width: 0xffff, height: 0xffff, factors: [][2]int{{4, 4}, {4, 4}, {4, 4}, {3, 4}}, progressive: true}, 1, 1 << 36},
	} {
		h := c.m.header()
		if got := h.Cost(c.scale); got > c.most || got < c.most/2 {
			t.Errorf("%d×%d at 1/%d: %d MiB", h.Width, h.Height, c.scale, got>>20)
		}
	}
}
