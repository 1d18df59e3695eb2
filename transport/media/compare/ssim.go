package main

import "math"

// luma holds the luma of a picture, 0 to 255, row by row.
type luma struct {
	w, h int
	pix  []float64
}

func newLuma(w, h int) luma { return luma{w, h, make([]float64, w*h)} }

// Constants of SSIM (Z. Wang et al., "Image Quality Assessment: From Error
// Visibility to Structural Similarity", 2004, section III).
const (
	windowSize  = 11
	windowSigma = 1.5
	stableMean  = (0.01 * 255) * (0.01 * 255)
	stableVar   = (0.03 * 255) * (0.03 * 255)
)

// ssim returns the mean structural similarity of two pictures of the same size,
// at least windowSize pixels a side, over all places where the window is wholly
// inside. 1 is equal.
func ssim(a, b luma) float64 {
	meanA, meanB := windowed(a), windowed(b)
	squareA, squareB, both := windowed(product(a, a)), windowed(product(b, b)), windowed(product(a, b))
	sum := 0.0
	for i, x := range meanA.pix {
		y := meanB.pix[i]
		varA, varB, cov := squareA.pix[i]-x*x, squareB.pix[i]-y*y, both.pix[i]-x*y
		sum += (2*x*y + stableMean) * (2*cov + stableVar) / ((x*x + y*y + stableMean) * (varA + varB + stableVar))
	}
	return sum / float64(len(meanA.pix))
}

func product(a, b luma) luma {
	p := newLuma(a.w, a.h)
	for i := range p.pix {
		p.pix[i] = a.pix[i] * b.pix[i]
	}
	return p
}

// windowed returns the mean, weighted by the window, around every pixel that is
// far enough from the borders.
func windowed(m luma) luma {
	window := gaussian()
	across := newLuma(m.w-windowSize+1, m.h)
	for y := range across.h {
		for x := range across.w {
			across.pix[y*across.w+x] = dot(&window, m.pix[y*m.w+x:], 1)
		}
	}
	both := newLuma(across.w, m.h-windowSize+1)
	for y := range both.h {
		for x := range both.w {
			both.pix[y*both.w+x] = dot(&window, across.pix[y*across.w+x:], across.w)
		}
	}
	return both
}

func dot(window *[windowSize]float64, pix []float64, step int) (sum float64) {
	for i, weight := range window {
		sum += weight * pix[i*step]
	}
	return sum
}

func gaussian() (window [windowSize]float64) {
	sum := 0.0
	for i := range window {
		d := float64(i - windowSize/2)
		window[i] = math.Exp(-d * d / (2 * windowSigma * windowSigma))
		sum += window[i]
	}
	for i := range window {
		window[i] /= sum
	}
	return window
}
