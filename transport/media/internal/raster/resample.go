package raster

import (
	"image"
)

// Resample returns the plane with size samples that cover the same picture, by
// a Lanczos filter of three lobes in whole numbers. The result is the plane
// itself where nothing needs to be done, else the caller's.
//
// A plane that is made much smaller is first brought down by [Shrink] to
// between three and four times of the size. The plane is filtered down, then
// across, two rows of the result after another, so that beside the result only
// [Cost] is held.
func Resample(p Plane, size image.Point) Plane {
	return p.over(size, Extent{float64(size.X), float64(size.Y)})
}

// over resamples to size samples of which extent cover the picture.
func (p Plane) over(size image.Point, extent Extent) Plane {
	p = Shrink(p, ShrinkFactor(p.Size, size))
	x := axis{p.Size.X, size.X, p.Extent.X / extent.X, 0}
	y := axis{p.Size.Y, size.Y, p.Extent.Y / extent.Y, 0}
	return filter(p, x, y, extent)
}

func filter(p Plane, across, down axis, extent Extent) Plane {
	if across.still() && down.still() {
		return p
	}
	to := NewPlane(image.Pt(across.to, down.to))
	to.Extent = extent
	horizontal, vertical := across.kernel(), down.kernel()
	p = p.atLeast(block)
	first, second := make([]int16, p.Size.X), make([]int16, p.Size.X)
	both := make([]int64, p.Size.X)
	for y := 0; y < to.Size.Y; y += 2 {
		next := min(y+1, to.Size.Y-1)
		vertical.column(first, p, y)
		vertical.column(second, p, next)
		for x, v := range first {
			both[x] = int64(v) + int64(second[x])<<32
		}
		horizontal.rows(to.Row(y), to.Row(next), both)
	}
	return to
}

// lineBits are those of a filtered row that are finer than a sample.
const lineBits = 6

// block is how many samples of a row are filtered at once.
const block = 8

// atLeast returns the plane with rows of n samples or more, of which those that
// were not there count for nothing.
func (p Plane) atLeast(n int) Plane {
	if p.Size.X >= n {
		return p
	}
	wide := NewPlane(image.Pt(n, p.Size.Y))
	for y := range p.Size.Y {
		copy(wide.Row(y), p.Row(y))
	}
	return wide
}

// rows filters two rows across, whose samples are in the halves of a number.
func (k kernel) rows(first, second []uint8, both []int64) {
	for x := range first {
		weights := k.weight[x*k.taps:][:k.taps]
		samples := both[k.first[x]:][:len(weights)]
		var sums int64
		for i, w := range weights {
			sums += int64(w) * samples[i]
		}
		a, b := halves(sums)
		first[x], second[x] = sample(a), sample(b)
	}
}

// sample rounds a sum of a filtered row.
func sample(sum int32) uint8 {
	const shift = weightBits + lineBits
	return uint8(max(0, min((sum+1<<(shift-1))>>shift, 255)))
}
