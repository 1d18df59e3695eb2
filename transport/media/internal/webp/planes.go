package webp

import (
	"image"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// planes returns the planes of a decoded picture, on white. A lossy picture keeps
// its memory.
func planes(m image.Image) raster.Picture {
	switch m := m.(type) {
	case *image.YCbCr:
		return lossy(m)
	case *image.NYCbCrA:
		p := lossy(&m.YCbCr)
		onWhite(p, m)
		return p
	case *image.NRGBA:
		return lossless(m)
	}
	return raster.Picture{} // package webp has no other pictures
}

// lossy stretches the samples from the range of video (RFC 6386, section 9.2, and
// ITU-R BT.601: luma from 16 to 235, chroma from 16 to 240) to the full range.
func lossy(m *image.YCbCr) raster.Picture {
	luma, chroma := stretch(16, 219, 0), stretch(128, 224, 128)
	for i, v := range m.Y {
		m.Y[i] = luma[v]
	}
	for _, pix := range [][]uint8{m.Cb, m.Cr} {
		for i, v := range pix {
			pix[i] = chroma[v]
		}
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	full := raster.Extent{X: float64(w), Y: float64(h)}
	half := raster.Extent{X: float64(w) / 2, Y: float64(h) / 2}
	small := image.Pt((w+1)/2, (h+1)/2)
	return raster.Picture{Space: raster.YCbCr, Planes: []raster.Plane{
		{Pix: m.Y, Stride: m.YStride, Size: m.Rect.Size(), Extent: full},
		{Pix: m.Cb, Stride: m.CStride, Size: small, Extent: half},
		{Pix: m.Cr, Stride: m.CStride, Size: small, Extent: half},
	}}
}

// stretch returns a table from samples v to (v - from)·255/steps + to.
func stretch(from, steps, to int) (table [256]uint8) {
	for v := range table {
		scaled := 2*255*(v-from) + steps*(2*to+1)
		table[v] = uint8(max(0, min(255, scaled/(2*steps))))
	}
	return table
}

// onWhite blends a lossy picture with white. Alpha of chroma is the mean of that
// of its pixels.
func onWhite(p raster.Picture, m *image.NYCbCrA) {
	for y := range p.Planes[0].Size.Y {
		row := p.Planes[0].Row(y)
		for x, v := range row {
			row[x] = blend(v, 255, m.A[y*m.AStride+x])
		}
	}
	for y := range p.Planes[1].Size.Y {
		cb, cr := p.Planes[1].Row(y), p.Planes[2].Row(y)
		for x := range cb {
			a := meanAlpha(m, 2*x, 2*y)
			cb[x], cr[x] = blend(cb[x], 128, a), blend(cr[x], 128, a)
		}
	}
}

// meanAlpha returns the mean alpha of the pixels of one sample of chroma, of which
// those at the edge may lie outside.
func meanAlpha(m *image.NYCbCrA, x, y int) uint8 {
	x2, y2 := min(x+1, m.Rect.Dx()-1), min(y+1, m.Rect.Dy()-1)
	a := func(x, y int) int { return int(m.A[y*m.AStride+x]) }
	return uint8((a(x, y) + a(x2, y) + a(x, y2) + a(x2, y2) + 2) / 4)
}

// blend returns v with the given alpha on a background.
func blend(v, background, alpha uint8) uint8 {
	return uint8((int(v)*int(alpha) + int(background)*(255-int(alpha)) + 127) / 255)
}

func lossless(m *image.NRGBA) raster.Picture {
	p := raster.Picture{Space: raster.RGB}
	for c := range 3 {
		plane := raster.NewPlane(m.Rect.Size())
		for y := range plane.Size.Y {
			in, out := m.Pix[y*m.Stride:], plane.Row(y)
			for x := range out {
				out[x] = blend(in[4*x+c], 255, in[4*x+3])
			}
		}
		p.Planes = append(p.Planes, plane)
	}
	return p
}
