package raster

import "image"

// ToRGB returns the picture in size as interleaved samples of red, green and
// blue, three bytes a pixel. Planes of another size are brought to it first, so
// that beside the result it holds what [Resample] made. CMYK becomes RGB as if
// inks were perfect.
func ToRGB(p Picture, size image.Point) []uint8 {
	planes := make([]Plane, len(p.Planes))
	for i, plane := range p.Planes {
		planes[i] = Resample(plane, size)
	}
	pix := make([]uint8, 3*size.X*size.Y)
	rows := make([][]uint8, len(planes))
	for y := range size.Y {
		for i, plane := range planes {
			rows[i] = plane.Row(y)
		}
		p.Space.row(pix[3*y*size.X:][:3*size.X], rows)
	}
	return pix
}

// row turns a row of planes to RGB.
func (s Space) row(to []uint8, from [][]uint8) {
	for x := range from[0] {
		c := to[3*x:][:3]
		switch s {
		case Gray:
			c[0], c[1], c[2] = from[0][x], from[0][x], from[0][x]
		case RGB:
			c[0], c[1], c[2] = from[0][x], from[1][x], from[2][x]
		case YCbCr, YCCK:
			c[0], c[1], c[2] = rgb(from[0][x], from[1][x], from[2][x])
		case CMYK:
			c[0], c[1], c[2] = 255-from[0][x], 255-from[1][x], 255-from[2][x]
		}
		if s == CMYK || s == YCCK {
			k := 255 - from[3][x]
			c[0], c[1], c[2] = times(c[0], k), times(c[1], k), times(c[2], k)
		}
	}
}

// times multiplies parts of 255.
func times(a, b uint8) uint8 { return uint8((int(a)*int(b) + 127) / 255) }

// rgb is the inverse of ycbcr (ITU-T T.871, section 7), in 1/65536.
func rgb(y, cb, cr uint8) (r, g, b uint8) {
	v, u, w := int32(y)<<16+1<<15, int32(cb)-128, int32(cr)-128
	return clamp((v + 91881*w) >> 16), clamp((v - 22554*u - 46802*w) >> 16), clamp((v + 116130*u) >> 16)
}

func clamp(v int32) uint8 { return uint8(max(0, min(v, 255))) }

// FromRGB returns a YCbCr picture of interleaved samples of red, green and blue,
// which it does not keep: 4:2:0 if halved, of which the chroma is the average of
// two by two pixels, else 4:4:4.
func FromRGB(pix []uint8, size image.Point, halved bool) Picture {
	luma := NewPlane(size)
	for i := range luma.Pix {
		c := pix[3*i:][:3]
		luma.Pix[i] = clamp((19595*int32(c[0]) + 38470*int32(c[1]) + 7471*int32(c[2]) + 1<<15) >> 16)
	}
	block, chroma := 1, size
	extent := luma.Extent
	if halved {
		block = 2
		chroma, extent = half(size)
	}
	cb, cr := NewPlane(chroma), NewPlane(chroma)
	cb.Extent, cr.Extent = extent, extent
	for y := range chroma.Y {
		for x := range chroma.X {
			i := y*chroma.X + x
			at := image.Rect(x*block, y*block, min(x*block+block, size.X), min(y*block+block, size.Y))
			cb.Pix[i], cr.Pix[i] = chromaOf(pix, size.X, at)
		}
	}
	return Picture{YCbCr, []Plane{luma, cb, cr}}
}

// chromaOf returns the chroma of the average of an area (ITU-T T.871, section 7).
func chromaOf(pix []uint8, width int, area image.Rectangle) (cb, cr uint8) {
	var r, g, b int32
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := pix[3*(y*width+x):][:3]
			r, g, b = r+int32(c[0]), g+int32(c[1]), b+int32(c[2])
		}
	}
	n := int32(area.Dx() * area.Dy())
	zero := n*(128<<16) + n<<15
	return clamp((zero - 11058*r - 21710*g + 32768*b) / n >> 16), clamp((zero + 32768*r - 27439*g - 5329*b) / n >> 16)
}
