package raster

import "image"

// atLeastLeft is how many times larger than wanted a plane is at least after
// Shrink: so much is left for the better filter that nobody sees what came
// before it.
const atLeastLeft = 3

// ShrinkFactor returns by how much [Resample] shrinks a plane of one size, in
// each direction, before it is filtered to another; 1 is not at all.
func ShrinkFactor(from, to image.Point) image.Point {
	return image.Pt(max(1, from.X/max(1, to.X)/atLeastLeft), max(1, from.Y/max(1, to.Y)/atLeastLeft))
}

// Shrink returns the averages of blocks of factor samples, the last ones of what
// there is. It is the plane itself if factor is (1, 1).
func Shrink(p Plane, factor image.Point) Plane {
	if factor == image.Pt(1, 1) {
		return p
	}
	r := rows{size: p.Size, read: func(y int, to [][]uint8) { to[0] = p.Row(y) }}
	to := r.picture(factor).Planes[0]
	to.Extent = Extent{p.Extent.X / float64(factor.X), p.Extent.Y / float64(factor.Y)}
	return to
}

// rows is a picture that is read row by row, in any order.
type rows struct {
	space Space
	size  image.Point
	// read puts a row of each plane into to, or another slice in its place.
	read func(y int, to [][]uint8)
}

// picture returns what is read, shrunk.
func (r rows) picture(factor image.Point) Picture {
	p := Picture{r.space, make([]Plane, r.space.Planes())}
	for i := range p.Planes {
		p.Planes[i] = NewPlane(image.Pt(ceil(r.size.X, factor.X), ceil(r.size.Y, factor.Y)))
		p.Planes[i].Extent = Extent{float64(r.size.X) / float64(factor.X), float64(r.size.Y) / float64(factor.Y)}
	}
	if factor == image.Pt(1, 1) {
		r.copy(p.Planes)
	} else {
		r.average(p.Planes, factor)
	}
	return p
}

func (r rows) copy(planes []Plane) {
	lines := make([][]uint8, len(planes))
	for y := range r.size.Y {
		for i, plane := range planes {
			lines[i] = plane.Row(y)
		}
		r.read(y, lines)
	}
}

// average fills planes with the averages of blocks.
func (r rows) average(planes []Plane, block image.Point) {
	lines, sums := make([][]uint8, len(planes)), make([][]uint64, len(planes))
	for i, plane := range planes {
		lines[i], sums[i] = make([]uint8, r.size.X), make([]uint64, plane.Size.X)
	}
	for from := 0; from < r.size.Y; from += block.Y {
		to := min(from+block.Y, r.size.Y)
		for y := from; y < to; y++ {
			r.read(y, lines)
			for i, line := range lines {
				addBlocks(sums[i], line, block.X)
			}
		}
		for i, plane := range planes {
			average(plane.Row(from/block.Y), sums[i], r.size.X, block.X, to-from)
		}
	}
}

func ceil(a, b int) int { return (a + b - 1) / b }

// addBlocks adds each block of n samples to its sum, the last of what there is.
func addBlocks(sums []uint64, row []uint8, n int) {
	last := len(sums) - 1
	for i := range sums[:last] {
		var sum uint64
		for _, v := range row[i*n:][:n] {
			sum += uint64(v)
		}
		sums[i] += sum
	}
	for _, v := range row[last*n:] {
		sums[last] += uint64(v)
	}
}

// average divides sums of blocks of n samples, of a row of width, in count rows,
// and clears them.
func average(to []uint8, sums []uint64, width, n, count int) {
	last := len(to) - 1
	divide(to[:last], sums, uint64(n*count))
	divide(to[last:], sums[last:], uint64((width-last*n)*count))
	clear(sums)
}

func divide(to []uint8, sums []uint64, count uint64) {
	for i := range to {
		to[i] = uint8((sums[i] + count/2) / count)
	}
}
