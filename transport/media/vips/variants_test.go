//go:build vips && cgo

package vips_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	govips "github.com/davidbyttow/govips/v2/vips"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
	"github.com/glimpse-go/glimpse/transport/media/vips"
)

// typeOf returns the media type in the name of a variant.
func typeOf(name string) string {
	mediaType, _, _ := strings.Cut(name, " ")
	return mediaType
}

// variants returns the landscape of 800 by 600 in every format that is read. They
// are made once, because encoding HEVC takes seconds.
func variants(t testing.TB) map[string][]byte {
	t.Helper()
	all, err := encoded()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var encoded = sync.OnceValues(func() (map[string][]byte, error) {
	var photo bytes.Buffer
	if err := mediatest.Sample(&photo, 3, 800, 600, mediatest.EXIF{}); err != nil {
		return nil, err
	}
	if _, err := vips.New(); err != nil {
		return nil, err
	}
	m, err := govips.NewImageFromBuffer(photo.Bytes())
	if err != nil {
		return nil, err
	}
	defer m.Close()
	all := map[string][]byte{}
	for name, encode := range encoders {
		data, _, err := encode(m)
		if err != nil {
			return nil, err
		}
		all[name] = data
	}
	return all, nil
})

// encoder writes a picture with govips.
type encoder = func(*govips.ImageRef) ([]byte, *govips.ImageMetadata, error)

var encoders = map[string]encoder{
	"image/jpeg":             jpegOf(govips.JpegExportParams{Quality: 90}),
	"image/jpeg progressive": jpegOf(govips.JpegExportParams{Quality: 85, Interlace: true}),
	"image/jpeg full colour": jpegOf(govips.JpegExportParams{Quality: 90, Interlace: true, SubsampleMode: govips.VipsForeignSubsampleOff}),
	"image/png":              pngOf(govips.PngExportParams{Compression: 1}),
	"image/png interlaced":   pngOf(govips.PngExportParams{Compression: 1, Interlace: true}),
	"image/webp":             webpOf(govips.WebpExportParams{Quality: 90}),
	"image/webp lossless":    webpOf(govips.WebpExportParams{Lossless: true}),
	"image/tiff":             tiffOf(govips.TiffExportParams{}),
	"image/tiff tiled":       tiffOf(govips.TiffExportParams{Tile: true, TileWidth: 128, TileHeight: 128}),
	"image/gif": func(m *govips.ImageRef) ([]byte, *govips.ImageMetadata, error) {
		return m.ExportGIF(govips.NewGifExportParams())
	},
	"image/heic": func(m *govips.ImageRef) ([]byte, *govips.ImageMetadata, error) {
		return m.ExportHeif(&govips.HeifExportParams{Quality: 80})
	},
	"image/avif": func(m *govips.ImageRef) ([]byte, *govips.ImageMetadata, error) {
		return m.ExportAvif(&govips.AvifExportParams{Quality: 80, Effort: 0})
	},
}

func jpegOf(p govips.JpegExportParams) encoder {
	return func(m *govips.ImageRef) ([]byte, *govips.ImageMetadata, error) { return m.ExportJpeg(&p) }
}

func pngOf(p govips.PngExportParams) encoder {
	return func(m *govips.ImageRef) ([]byte, *govips.ImageMetadata, error) { return m.ExportPng(&p) }
}

func webpOf(p govips.WebpExportParams) encoder {
	return func(m *govips.ImageRef) ([]byte, *govips.ImageMetadata, error) { return m.ExportWebp(&p) }
}

func tiffOf(p govips.TiffExportParams) encoder {
	return func(m *govips.ImageRef) ([]byte, *govips.ImageMetadata, error) { return m.ExportTiff(&p) }
}
