package icctest_test

import (
	"math"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
)

// TestDifference has pairs that were published with the formula (Sharma, Wu and
// Dalal, The CIEDE2000 Color-Difference Formula, 2005, table 1).
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		a, b icctest.Lab
		want float64
	}{
		{icctest.Lab{50, 2.6772, -79.7751}, icctest.Lab{50, 0, -82.7485}, 2.0425},
		{icctest.Lab{50, 0, 0}, icctest.Lab{50, -1, 2}, 2.3669},
		{icctest.Lab{50, 2.49, -0.001}, icctest.Lab{50, -2.49, 0.0009}, 7.1792},
		{icctest.Lab{50, 2.5, 0}, icctest.Lab{73, 25, -18}, 27.1492},
		{icctest.Lab{60.2574, -34.0099, 36.2677}, icctest.Lab{60.4626, -34.1751, 39.4387}, 1.2644},
		{icctest.Lab{2.0776, 0.0795, -1.1350}, icctest.Lab{0.9033, -0.0636, -0.5514}, 0.9082},
	} {
		if got := icctest.Difference(c.a, c.b); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("%v to %v: %.4f, want %.4f", c.a, c.b, got, c.want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, p := range icctest.All() {
		for v := 15; v < 256; v += 15 {
			want := icctest.Of(uint8(v), uint8(v), uint8(v))
			back := p.ToSRGB(p.FromSRGB(want))
			if d := icctest.Difference(want.Lab(), back.Lab()); d > 0.2 {
				t.Errorf("%s: %v returns as %v", p.Name, want, back)
			}
		}
	}
}
