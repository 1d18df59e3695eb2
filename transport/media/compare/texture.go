package main

import (
	"image"
	"image/color"
	"math/rand/v2"
)

// texture roughens the luma: two tiles that repeat at different steps, so that
// the sum of both does not.
func texture(m *image.YCbCr, seed uint64, deviation float64) {
	a, b := tile(seed, 512, deviation), tile(seed+1000, 384, deviation/2)
	for y := range m.Rect.Dy() {
		row, ra, rb := m.Y[y*m.YStride:][:m.Rect.Dx()], a[y%512*512:], b[y%384*384:]
		for x, v := range row {
			row[x] = uint8(min(max(float32(v)+ra[x%512]+rb[x%384]+0.5, 0), 255))
		}
	}
	settle(m)
}

// settle leaves in a 4:2:0 picture only what a camera can write, which has red,
// green and blue of every pixel first: no luma that is too dark for its chroma.
func settle(m *image.YCbCr) {
	for y := 0; y < m.Rect.Dy(); y += 2 {
		for x := 0; x < m.Rect.Dx(); x += 2 {
			c := m.COffset(x, y)
			sumB, sumR, n := 0, 0, 0
			for _, p := range [4]image.Point{{x, y}, {x + 1, y}, {x, y + 1}, {x + 1, y + 1}} {
				if !p.In(m.Rect) {
					continue
				}
				luma := &m.Y[m.YOffset(p.X, p.Y)]
				v, cb, cr := color.RGBToYCbCr(color.YCbCrToRGB(*luma, m.Cb[c], m.Cr[c]))
				*luma, sumB, sumR, n = v, sumB+int(cb), sumR+int(cr), n+1
			}
			m.Cb[c], m.Cr[c] = uint8(sumB/n), uint8(sumR/n)
		}
	}
}

// tile returns a square texture that fits itself at its edges: octaves of noise,
// each half as fine and, as in nature, about as strong as the next.
func tile(seed uint64, side int, deviation float64) []float32 {
	random := rand.New(rand.NewPCG(seed, 1))
	sum := make([]float32, side*side)
	for step := 1; step <= 64; step *= 2 {
		octave(sum, side, step, func() float32 { return float32(random.NormFloat64() * deviation / 2) })
	}
	return sum
}

// octave adds noise with a value at every step-th place and straight ways between.
func octave(sum []float32, side, step int, value func() float32) {
	n := side / step
	grid := make([]float32, n*n)
	for i := range grid {
		grid[i] = value()
	}
	for y := range side {
		top, bottom, down := grid[y/step*n:][:n], grid[(y/step+1)%n*n:][:n], float32(y%step)/float32(step)
		for x := range side {
			left, right, along := x/step, (x/step+1)%n, float32(x%step)/float32(step)
			above := top[left] + along*(top[right]-top[left])
			below := bottom[left] + along*(bottom[right]-bottom[left])
			sum[y*side+x] += above + down*(below-above)
		}
	}
}
