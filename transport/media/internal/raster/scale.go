package raster

import "image"

// Scale returns the picture in size, in the same space: of YCbCr the chroma has
// half the samples across and down (4:2:0), of all others each plane has size.
// Planes that need no change are those of p; [Cost] says what each other one
// costs.
func Scale(p Picture, size image.Point) Picture {
	to := Picture{p.Space, make([]Plane, len(p.Planes))}
	for i, plane := range p.Planes {
		if p.Space == YCbCr && i > 0 {
			to.Planes[i] = plane.over(half(size))
		} else {
			to.Planes[i] = Resample(plane, size)
		}
	}
	return to
}

// half returns the samples of 4:2:0 chroma (ITU-T T.81, section A.1.1), and how
// many of them are inside of the picture.
func half(size image.Point) (image.Point, Extent) {
	return image.Pt(ceil(size.X, 2), ceil(size.Y, 2)), Extent{float64(size.X) / 2, float64(size.Y) / 2}
}
