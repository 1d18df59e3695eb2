package icc_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc"
)

// A profile that was written is read as the same colours.
func TestBytes(t *testing.T) {
	for _, p := range []*icc.Profile{icc.AdobeRGB(), linear(t)} {
		again, err := icc.Parse(p.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		want, got := p.ToSRGB(), again.ToSRGB()
		for v := range 256 {
			a, b := []uint8{uint8(v), 128, uint8(255 - v)}, []uint8{uint8(v), 128, uint8(255 - v)}
			want.RGB(a)
			got.RGB(b)
			for i := range a {
				if d := int(a[i]) - int(b[i]); d < -1 || d > 1 {
					t.Fatalf("sample %d: %v instead of %v", v, b, a)
				}
			}
		}
	}
}

func linear(t *testing.T) *icc.Profile {
	p, err := icc.FromChromaticities(icc.XY{X: 0.3457, Y: 0.3585}, icc.XY{X: 0.7347, Y: 0.2653}, icc.XY{X: 0.1596, Y: 0.8404}, icc.XY{X: 0.0366, Y: 0.0001}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
