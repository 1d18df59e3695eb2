// Package raster holds decoded pictures as planes of samples, scales them and
// turns their colours into those of sRGB.
//
// Planes are kept apart and in the colour space of the file for as long as
// possible: most photos are YCbCr with few chroma samples, and thumbnails are
// so again, so that nothing needs to be converted that is not looked at.
package raster

import "image"

// Space says what the planes of a picture mean.
type Space uint8

// The colour spaces of decoded pictures. All samples have eight bits.
const (
	Gray  Space = iota // one plane
	YCbCr              // three planes, full range (ITU-T T.871, section 7)
	RGB                // three planes
	CMYK               // four planes, 255 is full ink
	YCCK               // four planes: YCbCr of 255-C, 255-M, 255-Y, and K, of which 255 is full ink
)

// Planes returns the number of planes of a picture in this space.
func (s Space) Planes() int {
	switch s {
	case Gray:
		return 1
	case CMYK, YCCK:
		return 4
	}
	return 3
}

// Picture is a decoded picture, opaque, not turned yet. It belongs to whoever
// asked for it.
type Picture struct {
	Space  Space
	Planes []Plane // as many as the space has
}

// Plane is one component of a picture. Its samples cover the picture, also
// where it has fewer of them than other planes, or was decoded at a reduced
// scale.
type Plane struct {
	Pix    []uint8
	Stride int // samples from one row to the next
	Size   image.Point
	// Extent is how many samples across and down the picture really has: less
	// than Size by up to one where the last sample lies partly outside of it.
	// A picture of 801 pixels has 401 chroma samples of which 400.5 are
	// inside, and at one eighth 101 luma samples of which 100.125 are inside.
	Extent Extent
}

// Extent is a size in samples that need not be whole.
type Extent struct{ X, Y float64 }

// NewPlane returns a plane of size samples, all zero, whose extent is its size.
func NewPlane(size image.Point) Plane {
	return Plane{make([]uint8, size.X*size.Y), size.X, size, Extent{float64(size.X), float64(size.Y)}}
}

// Row returns the samples of row y.
func (p Plane) Row(y int) []uint8 {
	return p.Pix[y*p.Stride:][:p.Size.X:p.Size.X]
}
