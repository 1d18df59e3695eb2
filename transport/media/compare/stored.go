package main

import "image"

// stored returns the picture as it is stored for an orientation (EXIF 2.32,
// section 4.6.4); an orientation of 1, or of none, is upright.
func stored(m *image.YCbCr, orientation int) *image.YCbCr {
	size, half := m.Rect.Size(), m.Rect.Size().Add(image.Pt(1, 1)).Div(2)
	if orientation >= 5 {
		size = image.Pt(size.Y, size.X)
	}
	t := image.NewYCbCr(image.Rectangle{Max: size}, m.SubsampleRatio)
	turnPlane(t.Y, m.Y, t.YStride, m.YStride, m.Rect.Size(), orientation)
	turnPlane(t.Cb, m.Cb, t.CStride, m.CStride, half, orientation)
	turnPlane(t.Cr, m.Cr, t.CStride, m.CStride, half, orientation)
	return t
}

// turnPlane puts every sample of the upright plane, of the given size, where it
// is stored.
func turnPlane(to, from []uint8, toStride, fromStride int, size image.Point, orientation int) {
	right, bottom := size.X-1, size.Y-1
	for y := range size.Y {
		for x := range size.X {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = right - x
			case 3:
				sx, sy = right-x, bottom-y
			case 4:
				sy = bottom - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, right-x
			case 7:
				sx, sy = bottom-y, right-x
			case 8:
				sx, sy = bottom-y, x
			}
			to[sy*toStride+sx] = from[y*fromStride+x]
		}
	}
}
