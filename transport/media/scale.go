package media

import (
	"image"

	"golang.org/x/image/draw"
)

// turned gives the size of a picture after it has been turned upright, and the
// size as stored of an upright one.
func turned(p image.Point, orientation int) image.Point {
	if orientation >= 5 {
		return image.Pt(p.Y, p.X)
	}
	return p
}

// fit gives the size of a picture in a box, in whole pixels, never enlarged. A
// side of the box that is zero or less is no limit.
func (b Box) fit(p image.Point) image.Point {
	num, den := int64(1), int64(1)
	for _, side := range [2][2]int{{b.W, p.X}, {b.H, p.Y}} {
		n, d := int64(side[0]), int64(side[1])
		if n > 0 && n < d && n*den < num*d {
			num, den = n, d
		}
	}
	scale := func(v int) int { return int(max(1, (int64(v)*num+den/2)/den)) }
	return image.Pt(scale(p.X), scale(p.Y))
}

// scaleCost is the memory for making a picture of the given size: the step at
// twice the size (16 bytes a pixel), the kernel's sums (64), the result and its
// turned copy (8).
func scaleCost(p image.Point) int64 { return bytesFor(int64(p.X), int64(p.Y), 88) }

// scaled gives the picture in the size wanted, on white. A large one is first
// brought down to twice that size with the faster filter.
func scaled(src image.Image, size image.Point) *image.RGBA {
	from := src.Bounds()
	if from.Size() == size {
		dst := white(size)
		draw.Draw(dst, dst.Rect, src, from.Min, draw.Over)
		return dst
	}
	twice := image.Pt(min(2*size.X, from.Dx()), min(2*size.Y, from.Dy()))
	if twice != from.Size() {
		mid := white(twice)
		draw.ApproxBiLinear.Scale(mid, mid.Rect, src, from, draw.Over, nil)
		src, from = mid, mid.Rect
	}
	dst := white(size)
	draw.CatmullRom.Scale(dst, dst.Rect, src, from, draw.Over, nil)
	return dst
}

func white(size image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	return m
}

// onCanvas puts the first frame of an animation where it belongs.
func onCanvas(frame image.Image, size image.Point) image.Image {
	whole := image.Rectangle{Max: size}
	if frame.Bounds().Size() == size {
		return frame
	}
	m := image.NewRGBA(whole)
	draw.Draw(m, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return m
}

// upright turns a picture by its EXIF orientation (EXIF 2.32, section 4.6.4:
// where the first row and the first column stored are to be seen).
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return src
	}
	w, h := src.Rect.Dx()-1, src.Rect.Dy()-1
	place := [9]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - x, y },
		3: func(x, y int) (int, int) { return w - x, h - y },
		4: func(x, y int) (int, int) { return x, h - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return h - y, x },
		7: func(x, y int) (int, int) { return h - y, w - x },
		8: func(x, y int) (int, int) { return y, w - x },
	}[orientation]
	dst := image.NewRGBA(image.Rectangle{Max: turned(src.Rect.Size(), orientation)})
	for y := range h + 1 {
		for x := range w + 1 {
			at := src.PixOffset(x, y)
			to := dst.PixOffset(place(x, y))
			copy(dst.Pix[to:to+4], src.Pix[at:at+4])
		}
	}
	return dst
}
