package main

import (
	"math"
	"testing"
)

func drawLuma(w, h int, at func(x, y int) int) luma {
	m := newLuma(w, h)
	for i := range m.pix {
		m.pix[i] = float64(at(i%w, i/w))
	}
	return m
}

func TestSSIM(t *testing.T) {
	rough := func(x, y int) int { return (37*x + 91*y + x*y*5) % 256 }
	other := func(x, y int) int { return min(rough(x, y)*3/4+(x*x*3+y*17)%61, 255) }
	flat := func(v int) func(x, y int) int { return func(x, y int) int { return v } }
	for _, c := range []struct {
		name string
		a, b func(x, y int) int
		want float64
	}{
		{"equal", rough, rough, 1},
		{"flat, as the formula is without any variance", flat(100), flat(150), (2*100*150 + 6.5025) / (100*100 + 150*150 + 6.5025)},
		{"rough, as a window that is not separated says", rough, other, 0.9065146250168404},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := drawLuma(16, 13, c.a), drawLuma(16, 13, c.b)
			if got := ssim(a, b); math.Abs(got-c.want) > 1e-9 {
				t.Errorf("%.12f instead of %.12f", got, c.want)
			}
			if forth, back := ssim(a, b), ssim(b, a); math.Abs(forth-back) > 1e-12 {
				t.Errorf("%g one way and %g the other", forth, back)
			}
		})
	}
}

func BenchmarkSSIM(b *testing.B) {
	m := drawLuma(640, 480, func(x, y int) int { return (x*y + x) % 256 })
	for b.Loop() {
		ssim(m, m)
	}
}
