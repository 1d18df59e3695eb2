package raster

import (
	"image"
	"image/color"
)

// reader returns the rows of an image on white.
func reader(m image.Image) rows {
	r := rows{RGB, m.Bounds().Size(), nil}
	switch m := m.(type) {
	case *image.NRGBA:
		r.read = fours(m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y):], m.Stride, onWhite)
	case *image.RGBA:
		r.read = fours(m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y):], m.Stride, withWhite)
	case *image.CMYK:
		r.space, r.read = CMYK, inks(m)
	case *image.Paletted:
		r.read = indices(m)
	case *image.NYCbCrA:
		r.read = translucent(m)
	case *image.Gray16:
		r.space, r.read = Gray, gray16(m)
	case image.RGBA64Image:
		r.read = pixels(m.Bounds().Min, m.RGBA64At)
	default:
		r.read = pixels(m.Bounds().Min, func(x, y int) color.RGBA64 {
			return color.RGBA64Model.Convert(m.At(x, y)).(color.RGBA64)
		})
	}
	return r
}

// onWhite is a sample on white.
func onWhite(v, alpha uint8) uint8 {
	return uint8((int(v)*int(alpha) + 255*(255-int(alpha)) + 127) / 255)
}

// withWhite is a sample that has been multiplied with alpha, on white.
func withWhite(v, alpha uint8) uint8 { return uint8(min(int(v)+255-int(alpha), 255)) }

// fours reads red, green, blue and alpha.
func fours(pix []uint8, stride int, white func(v, alpha uint8) uint8) func(int, [][]uint8) {
	return func(y int, to [][]uint8) {
		r, g, b := to[0], to[1], to[2]
		row := pix[y*stride:][:4*len(r)]
		for x := range r {
			c := row[4*x:][:4]
			r[x], g[x], b[x] = c[0], c[1], c[2]
			if c[3] < 255 {
				r[x], g[x], b[x] = white(c[0], c[3]), white(c[1], c[3]), white(c[2], c[3])
			}
		}
	}
}

func inks(m *image.CMYK) func(int, [][]uint8) {
	return func(y int, to [][]uint8) {
		row := m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y+y):]
		for i, plane := range to {
			for x := range plane {
				plane[x] = row[4*x+i]
			}
		}
	}
}

// indices reads palette entries; those that the palette lacks are white.
func indices(m *image.Paletted) func(int, [][]uint8) {
	var table [3][256]uint8
	for i := range 256 {
		c := color.RGBA64{0xffff, 0xffff, 0xffff, 0xffff}
		if i < len(m.Palette) {
			c = color.RGBA64Model.Convert(m.Palette[i]).(color.RGBA64)
		}
		table[0][i], table[1][i], table[2][i] = rounded(c)
	}
	return func(y int, to [][]uint8) {
		row := m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y+y):]
		for i, plane := range to {
			for x := range plane {
				plane[x] = table[i][row[x]]
			}
		}
	}
}

func translucent(m *image.NYCbCrA) func(int, [][]uint8) {
	return func(y int, to [][]uint8) {
		for x := range to[0] {
			at := m.Rect.Min.Add(image.Pt(x, y))
			luma, chroma, alpha := m.YOffset(at.X, at.Y), m.COffset(at.X, at.Y), m.A[m.AOffset(at.X, at.Y)]
			r, g, b := rgb(m.Y[luma], m.Cb[chroma], m.Cr[chroma])
			to[0][x], to[1][x], to[2][x] = onWhite(r, alpha), onWhite(g, alpha), onWhite(b, alpha)
		}
	}
}

func gray16(m *image.Gray16) func(int, [][]uint8) {
	return func(y int, to [][]uint8) {
		for x := range to[0] {
			to[0][x] = eight(uint32(m.Gray16At(m.Rect.Min.X+x, m.Rect.Min.Y+y).Y))
		}
	}
}

// pixels reads any image, pixel by pixel.
func pixels(from image.Point, at func(x, y int) color.RGBA64) func(int, [][]uint8) {
	return func(y int, to [][]uint8) {
		for x := range to[0] {
			to[0][x], to[1][x], to[2][x] = rounded(at(from.X+x, from.Y+y))
		}
	}
}

// rounded returns a colour on white.
func rounded(c color.RGBA64) (r, g, b uint8) {
	white := 0xffff - uint32(c.A)
	return eight(uint32(c.R) + white), eight(uint32(c.G) + white), eight(uint32(c.B) + white)
}

// eight rounds 16 bits to 8.
func eight(v uint32) uint8 { return uint8(min((v+128)/257, 255)) }
