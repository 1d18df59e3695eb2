package main

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// gray draws a picture of the luma that a function says.
func gray(w, h int, at func(x, y int) float64) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(math.Round(at(i%w, i/w)))
	}
	return m
}

// waves has this many light stripes from left to right.
func waves(n float64, width int) func(x, y int) float64 {
	return func(x, _ int) float64 {
		return 128 + 100*math.Sin(2*math.Pi*n*(float64(x)+0.5)/float64(width))
	}
}

// middle returns how far the row in the middle goes from gray, away from the ends.
func middle(m luma) (swing float64) {
	for _, v := range m.pix[m.h/2*m.w:][m.w/8 : m.w*7/8] {
		swing = max(swing, math.Abs(v-128))
	}
	return swing
}

func TestReferenceFilters(t *testing.T) {
	const width, small = 1200, 100 // at most 50 waves can be shown
	for _, c := range []struct{ waves, least, most float64 }{
		{10, 98, 102}, {30, 90, 110}, {75, 0, 4}, {110, 0, 2}, {500, 0, 2},
	} {
		m := reference(gray(width, 24, waves(c.waves, width)), image.Pt(small, 2))
		if swing := middle(m); swing < c.least || swing > c.most {
			t.Errorf("%g waves swing by %g, not %g to %g", c.waves, swing, c.least, c.most)
		}
	}
}

func TestReferenceStaysInPlace(t *testing.T) {
	// A ramp stays the same ramp, at both ends of each row too.
	m := reference(gray(240, 90, func(x, y int) float64 { return float64(x)/2 + float64(y) }), image.Pt(80, 30))
	for y := 3; y < 27; y++ {
		for x := 3; x < 77; x++ {
			want := (3*float64(x)+1)/2 + 3*float64(y) + 1
			if got := m.pix[y*80+x]; math.Abs(got-want) > 1 {
				t.Fatalf("%d, %d: %g instead of %g", x, y, got, want)
			}
		}
	}
}

func TestReferenceIsOnWhite(t *testing.T) {
	m := image.NewNRGBA(image.Rect(5, 5, 45, 45)) // transparent
	m.SetNRGBA(25, 25, color.NRGBA{A: 255})
	for _, v := range reference(m, image.Pt(4, 4)).pix {
		if v < 240 {
			t.Errorf("it is %g", v)
		}
	}
}

func TestLanczosWeights(t *testing.T) {
	// sinc(x) sinc(x/3) at a half and at one and a half, by hand.
	for x, want := range map[float64]float64{0: 1, 1: 0, 3: 0, 0.5: 0.6079271, 1.5: -0.1350949, -0.5: 0.6079271} {
		if got := lanczos(x); math.Abs(got-want) > 1e-6 {
			t.Errorf("%g: %.7f instead of %.7f", x, got, want)
		}
	}
	for _, list := range taps(37, 5) {
		sum := 0.0
		for _, t := range list {
			sum += t.weight
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("the weights' sum is %g", sum)
		}
	}
}
