package jpeg

import (
	"bytes"
	"errors"
	"image"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// kinds are what errors of decoding wrap.
var kinds = []error{ErrFormat, ErrUnsupported, ErrCorrupt, ErrTruncated, ErrWork}

// Whatever the bytes, decoding ends, with a picture that has the planes of its
// header or with an error of a kind.
func FuzzDecode(f *testing.F) {
	for _, factors := range samplings {
		for _, change := range ways {
			m := made{width: 20, height: 17, factors: factors, quality: 50}
			change(&m)
			file := m.file()
			f.Add(file, uint8(1))
			f.Add(file[:len(file)*3/4], uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte, scale uint8) {
		s := 1 << (scale & 3)
		h, err := ReadHeader(bytes.NewReader(file))
		if err == nil && h.Cost(s) > 8<<20 {
			return
		}
		p, err := Decode(t.Context(), bytes.NewReader(file), Options{Scale: s, Work: 1 << 18})
		if err != nil && !slices.ContainsFunc(kinds, func(k error) bool { return errors.Is(err, k) }) {
			t.Fatalf("error of no kind: %v", err)
		}
		if rows := shownRows(t, p, err, h.Height); rows > 0 {
			checkPlanes(t, p, h, s)
		}
	})
}

// checkPlanes fails if the planes are not those that the header says.
func checkPlanes(t *testing.T, p raster.Picture, h Header, scale int) {
	t.Helper()
	if len(p.Planes) != h.Space.Planes() {
		t.Fatalf("%d planes of %v", len(p.Planes), h.Space)
	}
	for i, plane := range p.Planes {
		if plane.Size != h.Size(h.Components[i], scale) || len(plane.Row(plane.Size.Y-1)) != plane.Size.X {
			t.Fatalf("plane %d: %v", i, plane.Size)
		}
	}
}

// Whatever the samples, what is encoded at the best quality is nearly what is
// decoded.
func FuzzEncode(f *testing.F) {
	f.Add([]byte("samples"), uint8(9), uint8(7), uint8(0))
	f.Add([]byte("\x00\xff\x00\xff\xff"), uint8(31), uint8(33), uint8(2))
	f.Fuzz(func(t *testing.T, pix []byte, width, height, kind uint8) {
		if width == 0 || height == 0 || len(pix) == 0 {
			return
		}
		p := picture(1, 1, samplings[[]string{"gray", "4:4:4", "4:2:0"}[kind%3]])
		for i := range p.Planes {
			size := image.Pt(int(width), int(height))
			if i > 0 && kind%3 == 2 {
				size = image.Pt(ceil(size.X, 2), ceil(size.Y, 2))
			}
			p.Planes[i] = raster.NewPlane(size)
			for at := range p.Planes[i].Pix {
				p.Planes[i].Pix[at] = pix[(at*(i+1))%len(pix)]
			}
		}
		got := decode(t, encode(t, p, 100), 1)
		compare(t, got.Planes, p.Planes, 3, 1)
	})
}
