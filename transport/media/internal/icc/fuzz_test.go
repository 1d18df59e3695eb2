package icc_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc"
	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
)

// FuzzParse asserts that anything is either refused with a reason that callers
// know, or turns every sample.
func FuzzParse(f *testing.F) {
	for _, p := range icctest.All() {
		f.Add(p.Bytes())
	}
	for _, data := range icctest.TablesOnly() {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := icc.Parse(data)
		if err != nil {
			if !errors.Is(err, icc.ErrMalformed) && !errors.Is(err, icc.ErrUnsupported) {
				t.Error(err)
			}
			return
		}
		p.ToSRGB().RGB([]uint8{0, 0, 0, 1, 2, 3, 128, 255, 0, 255, 255, 255})
		p.ToSRGB().Gray([]uint8{0, 128, 255})
	})
}

func FuzzChromaticities(f *testing.F) {
	f.Add(0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 2.2)
	f.Fuzz(func(t *testing.T, wx, wy, rx, ry, gx, gy, bx, by, gamma float64) {
		p, err := icc.FromChromaticities(icc.XY{X: wx, Y: wy}, icc.XY{X: rx, Y: ry}, icc.XY{X: gx, Y: gy}, icc.XY{X: bx, Y: by}, gamma)
		if (err == nil) != (p != nil) {
			t.Fatal(p, err)
		}
		if err == nil {
			p.ToSRGB().RGB([]uint8{0, 0, 0, 1, 2, 3, 255, 255, 255})
		}
	})
}
