package raster

import "image"

// Cost returns the most bytes that [Resample] holds at once from a plane of one
// size to one of another, the result included.
func Cost(from, to image.Point) int64 {
	var shrunk int64
	if factor := ShrinkFactor(from, to); factor != image.Pt(1, 1) {
		wide := int64(from.X)
		from = image.Pt(ceil(from.X, factor.X), ceil(from.Y, factor.Y))
		shrunk = wide + 8*int64(from.X) + area(from) // a row, its sums, the result
	}
	narrow := block * int64(from.Y)
	lines := (2 + 2 + 8) * max(block, int64(from.X))
	return shrunk + narrow + lines + kernelCost(from.X, to.X) + kernelCost(from.Y, to.Y) + area(to)
}

func area(p image.Point) int64 { return int64(p.X) * int64(p.Y) }

func kernelCost(from, to int) int64 {
	taps := int64(axis{from: from, to: to, step: float64(from) / float64(to)}.taps())
	return int64(to)*(8+2*taps) + 8*taps
}
