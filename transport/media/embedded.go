package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
)

var errBars = errors.New("black bars")

// fromPicture takes the embedded thumbnail if that does for every box.
func (m *Maker) fromPicture(src *source, h *header, boxes []Box) ([]Picture, error) {
	if len(h.exif.thumb) > 0 && !m.IgnoreEmbedded {
		thumb := &source{ctx: src.ctx, r: bytes.NewReader(h.exif.thumb), size: int64(len(h.exif.thumb))}
		t := &header{Info: h.Info, decode: decodeThumbnail, embedded: true}
		if inspectJPEG(thumb, t) == nil && h.served(t, boxes) && h.whole(src) {
			if pictures, err := m.produce(thumb, t, boxes); err == nil {
				return pictures, nil
			}
		}
	}
	return m.produce(src, h, boxes)
}

// served says whether thumbnail t has the shape of the picture and is large
// enough for the boxes: see the package comment.
func (h *header) served(t *header, boxes []Box) bool {
	across, down := int64(t.w)*int64(h.h), int64(t.h)*int64(h.w)
	if t.w > h.w || t.h > h.h || max(across-down, down-across) > across/50 {
		return false
	}
	for _, b := range boxes {
		want := turned(b.fit(image.Pt(h.Width, h.Height)), h.Orientation)
		if t.w < want.X*9/10 || t.h < want.Y*9/10 {
			return false
		}
	}
	return true
}

func decodeThumbnail(r io.Reader) (image.Image, error) {
	m, err := jpeg.Decode(r)
	if err == nil && barred(m) {
		return nil, errBars
	}
	return m, err
}

// barred says whether two opposite edges of a picture, two pixels deep, are
// black, as in thumbnails of another shape than their picture.
func barred(m image.Image) bool {
	r := m.Bounds()
	if r.Dx() < 4 || r.Dy() < 4 {
		return false
	}
	top, bottom, left, right := r, r, r, r
	top.Max.Y, bottom.Min.Y = r.Min.Y+2, r.Max.Y-2
	left.Max.X, right.Min.X = r.Min.X+2, r.Max.X-2
	return black(m, top) && black(m, bottom) || black(m, left) && black(m, right)
}

func black(m image.Image, r image.Rectangle) bool {
	const darkest = 24
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y > darkest {
				return false
			}
		}
	}
	return true
}
