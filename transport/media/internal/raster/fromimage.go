package raster

import "image"

// FromImage returns the picture that an image shows on white. Those of one or
// three planes of eight bits stay what they are and are shared with the result;
// all others are read once, row by row, to samples of eight bits. Then they are
// brought down as [Resample] to size would at first, and may not be used for
// anything larger.
func FromImage(m image.Image, size image.Point) Picture {
	b := m.Bounds()
	switch m := m.(type) {
	case *image.Gray:
		return Picture{Gray, []Plane{{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, b.Size(), whole(b.Size())}}}
	case *image.YCbCr:
		if block := blockOf(m.SubsampleRatio); b.Min.X%block.X == 0 && b.Min.Y%block.Y == 0 {
			return fromYCbCr(m, block)
		}
	}
	return reader(m).picture(ShrinkFactor(b.Size(), size))
}

func whole(size image.Point) Extent { return Extent{float64(size.X), float64(size.Y)} }

// blockOf returns how many pixels a chroma sample is for.
func blockOf(r image.YCbCrSubsampleRatio) image.Point {
	return map[image.YCbCrSubsampleRatio]image.Point{
		image.YCbCrSubsampleRatio444: {X: 1, Y: 1},
		image.YCbCrSubsampleRatio422: {X: 2, Y: 1},
		image.YCbCrSubsampleRatio420: {X: 2, Y: 2},
		image.YCbCrSubsampleRatio440: {X: 1, Y: 2},
		image.YCbCrSubsampleRatio411: {X: 4, Y: 1},
		image.YCbCrSubsampleRatio410: {X: 4, Y: 2},
	}[r]
}

func fromYCbCr(m *image.YCbCr, block image.Point) Picture {
	min, size := m.Rect.Min, m.Rect.Size()
	at := m.COffset(min.X, min.Y)
	chroma := func(pix []uint8) Plane {
		return Plane{pix[at:], m.CStride, image.Pt(ceil(size.X, block.X), ceil(size.Y, block.Y)),
			Extent{float64(size.X) / float64(block.X), float64(size.Y) / float64(block.Y)}}
	}
	luma := Plane{m.Y[m.YOffset(min.X, min.Y):], m.YStride, size, whole(size)}
	return Picture{YCbCr, []Plane{luma, chroma(m.Cb), chroma(m.Cr)}}
}
