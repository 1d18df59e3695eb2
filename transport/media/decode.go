package media

import (
	"context"
	"image"

	"golang.org/x/image/bmp"
	tiffimage "golang.org/x/image/tiff"

	"github.com/glimpse-go/glimpse/transport/media/internal/gif"
	"github.com/glimpse-go/glimpse/transport/media/internal/jpeg"
	"github.com/glimpse-go/glimpse/transport/media/internal/png"
	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/webp"
)

func decodeJPEG(ctx context.Context, f section.File, scale int, _ image.Point) (raster.Picture, error) {
	return jpeg.Decode(ctx, f.Reader(section.Part{Len: f.Size}), jpeg.Options{Scale: scale})
}

func decodePNG(_ context.Context, f section.File, _ int, largest image.Point) (raster.Picture, error) {
	m, err := png.Decode(f)
	return planes(m, largest, err)
}

func decodeGIF(_ context.Context, f section.File, _ int, _ image.Point) (raster.Picture, error) {
	return gif.Decode(f)
}

func decodeWebP(_ context.Context, f section.File, _ int, _ image.Point) (raster.Picture, error) {
	return webp.Decode(f)
}

func decodeBMP(_ context.Context, f section.File, _ int, largest image.Point) (raster.Picture, error) {
	m, err := bmp.Decode(f.Reader(section.Part{Len: f.Size}))
	if m, ok := m.(*image.NRGBA); ok && m != nil {
		withoutAlpha(m)
	}
	return planes(m, largest, err)
}

// withoutAlpha makes a picture opaque if there is nothing in it but transparent
// pixels: many programs leave the fourth byte of a bitmap zero.
func withoutAlpha(m *image.NRGBA) {
	for i := 3; i < len(m.Pix); i += 4 {
		if m.Pix[i] != 0 {
			return
		}
	}
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
}

func decodeTIFF(_ context.Context, f section.File, _ int, largest image.Point) (raster.Picture, error) {
	m, err := tiffimage.Decode(f.Reader(section.Part{Len: f.Size}))
	return planes(m, largest, err)
}

// planes takes the planes of what a decoder of images returns, which may be both
// a picture and an error, as large as is needed.
func planes(m image.Image, largest image.Point, err error) (raster.Picture, error) {
	if m == nil {
		return raster.Picture{}, err
	}
	return raster.FromImage(m, largest), err
}
