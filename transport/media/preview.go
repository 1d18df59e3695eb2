package media

import (
	"bytes"
	"context"
	"fmt"
	"image"

	"go.n16f.net/thumbhash"

	"github.com/glimpse-go/glimpse/transport/media/internal/jpeg"
	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

const (
	previewSide = 32       // pixels: a ThumbHash has seven waves across at most
	previewCost = 32 << 20 // bytes that may be held to decode a picture for one
)

// Preview returns the ThumbHash of the picture, some 25 bytes for the Preview of a
// collection.Item: its shape and colours, blurred. Take it of a version that is
// shared: then it shows nothing else. It belongs to the caller. A JPEG that is none is
// [ErrCorrupt], and one of more than some ten megapixels [ErrTooLarge].
func (p Picture) Preview() ([]byte, error) {
	h, err := jpeg.ReadHeader(bytes.NewReader(p.JPEG))
	if err != nil {
		return nil, undecoded(err)
	}
	if cost := h.Cost(1); cost > previewCost {
		return nil, because(ErrTooLarge, fmt.Errorf("%d bytes for a preview", cost))
	}
	decoded, err := jpeg.Decode(context.Background(), bytes.NewReader(p.JPEG), jpeg.Options{})
	if err != nil {
		return nil, undecoded(err)
	}
	size := Box{previewSide, previewSide}.Fit(image.Pt(h.Width, h.Height))
	return thumbhash.EncodeImage(opaque(raster.ToRGB(decoded, size), size)), nil
}

// opaque makes an image of samples of red, green and blue.
func opaque(pix []uint8, size image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for i := range size.X * size.Y {
		copy(m.Pix[4*i:], pix[3*i:3*i+3])
		m.Pix[4*i+3] = 255
	}
	return m
}

// DecodePreview returns the picture that [Picture.Preview] has made, 32 pixels on its
// longer side, to be scaled to the size of the version that it stands for. Whatever
// the bytes are it takes little memory; what is no ThumbHash is [ErrCorrupt]: show the
// item as one that has no preview.
func DecodePreview(preview []byte) (image.Image, error) {
	m, err := thumbhash.DecodeImage(preview)
	if err != nil {
		return nil, because(ErrCorrupt, err)
	}
	return m, nil
}
