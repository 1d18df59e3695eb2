package raster

import "image"

// Upright returns the picture turned by its EXIF orientation, from 1 to 8 (EXIF
// 2.32, section 4.6.4: where the first row and the first column stored are to be
// seen). Every other number leaves it. Planes that need no turn are those of p.
func Upright(p Picture, orientation int) Picture {
	if orientation <= 1 || orientation > 8 {
		return p
	}
	to := Picture{p.Space, make([]Plane, len(p.Planes))}
	for i, plane := range p.Planes {
		to.Planes[i] = turn{
			flipX:     orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8,
			flipY:     orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7,
			transpose: orientation >= 5,
		}.of(plane)
	}
	return to
}

// turn says which directions are reversed, and whether columns then become rows.
type turn struct{ flipX, flipY, transpose bool }

func (t turn) of(p Plane) Plane {
	p = t.aligned(p)
	size, extent := p.Size, p.Extent
	if t.transpose {
		size, extent = image.Pt(size.Y, size.X), Extent{extent.Y, extent.X}
	}
	to := NewPlane(size)
	to.Extent = extent
	right, down := 1, to.Stride // where the next sample and row of p go
	if t.transpose {
		right, down = down, right
	}
	at := 0
	if t.flipX {
		at, right = at+right*(p.Size.X-1), -right
	}
	if t.flipY {
		at, down = at+down*(p.Size.Y-1), -down
	}
	for y := range p.Size.Y {
		for x, v := range p.Row(y) {
			to.Pix[at+y*down+x*right] = v
		}
	}
	return to
}

// aligned moves the samples to the other end of a direction that is about to be
// reversed, if the last of them lies partly outside of the picture: so does the
// last one after it. Without this, the chroma of pictures of odd width would be
// a pixel away from where it belongs.
func (t turn) aligned(p Plane) Plane {
	across, down := axis{p.Size.X, p.Size.X, 1, 0}, axis{p.Size.Y, p.Size.Y, 1, 0}
	if t.flipX {
		across.shift = p.Extent.X - float64(p.Size.X)
	}
	if t.flipY {
		down.shift = p.Extent.Y - float64(p.Size.Y)
	}
	return filter(p, across, down, p.Extent)
}
