package media

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"

	"golang.org/x/image/bmp"

	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
	"github.com/glimpse-go/glimpse/transport/media/internal/gif"
	"github.com/glimpse-go/glimpse/transport/media/internal/jpeg"
	"github.com/glimpse-go/glimpse/transport/media/internal/png"
	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/raw"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
	"github.com/glimpse-go/glimpse/transport/media/internal/webp"
)

var errNoSize = errors.New("no width or height")

// decoder decodes the picture in a file at one over scale, if it knows scales, and
// at least in the size that is the largest wanted.
type decoder func(ctx context.Context, f section.File, scale int, largest image.Point) (raster.Picture, error)

// formats has what is special about each kind of picture: how its header is read,
// and how Pure decodes it; nil if it does not.
var formats = map[string]struct {
	inspect func(section.File, *header) error
	decode  decoder
}{
	"image/jpeg": {inspectJPEG, decodeJPEG},
	"image/png":  {inspectPNG, decodePNG},
	"image/gif":  {inspectGIF, decodeGIF},
	"image/webp": {inspectWebP, decodeWebP},
	"image/bmp":  {inspectBMP, decodeBMP},
	"image/tiff": {inspectTIFF, decodeTIFF},
	"image/heic": {inspectHEIF, nil},
	"image/avif": {inspectHEIF, nil},
	raw.CR2:      {inspectRaw, nil},
	raw.CR3:      {inspectRaw, nil},
	raw.NEF:      {inspectRaw, nil},
	raw.ARW:      {inspectRaw, nil},
	raw.DNG:      {inspectRaw, nil},
	raw.RAF:      {inspectRaw, nil},
	raw.ORF:      {inspectRaw, nil},
	raw.RW2:      {inspectRaw, nil},
}

// exif fills in what the EXIF data says. A profile says more of the colours.
func (h *header) exif(data []byte) {
	data = bytes.TrimPrefix(data, []byte("Exif\x00\x00"))
	x := tiff.ParseEXIF(data)
	h.Orientation, h.Taken = x.Orientation, x.Taken
	if x.Thumb.Len > 0 {
		h.thumbnail, _ = section.Memory(data).Bytes(x.Thumb) // it lies inside
	}
	h.adobe(x.AdobeRGB)
}

// adobe sets the profile of a picture in Adobe RGB that has none.
func (h *header) adobe(is bool) {
	if is && h.profile == nil {
		h.profile = adobeRGB
	}
}

func inspectJPEG(f section.File, h *header) error {
	j, err := jpeg.ReadHeader(f.Reader(section.Part{Len: f.Size}))
	if err != nil {
		return unreadable(err, jpeg.ErrUnsupported)
	}
	h.w, h.h, h.profile = j.Width, j.Height, j.Profile
	h.cost, h.scales = j.Cost, true
	h.exif(j.EXIF)
	return nil
}

func inspectPNG(f section.File, h *header) error {
	p, err := png.ReadHeader(f)
	if err != nil {
		return unreadable(err, png.ErrApple)
	}
	h.w, h.h, h.cost = p.Width, p.Height, always(p.Cost)
	h.profile = p.Profile(f)
	if h.profile == nil && !p.SRGB {
		h.profile = chromaticities(p)
	}
	data, err := f.Upto(p.EXIF)
	h.exif(data)
	return err
}

func inspectGIF(f section.File, h *header) error {
	g, err := gif.ReadHeader(f)
	h.w, h.h, h.cost = g.Width, g.Height, always(g.Cost)
	return unreadable(err)
}

func inspectWebP(f section.File, h *header) error {
	w, err := webp.ReadHeader(f)
	if err != nil {
		return unreadable(err)
	}
	h.w, h.h, h.cost = w.Width, w.Height, always(w.Cost)
	h.profile = profile(f, w.Profile)
	data, err := f.Upto(w.EXIF)
	h.exif(data)
	return err
}

func inspectBMP(f section.File, h *header) error {
	c, err := bmp.DecodeConfig(f.Reader(section.Part{Len: f.Size}))
	h.w, h.h, h.cost = c.Width, c.Height, always(bytesFor(c.Width, c.Height, 4))
	return unreadable(err, bmp.ErrUnsupported)
}

func inspectTIFF(f section.File, h *header) error {
	t, err := tiff.ReadPicture(f)
	switch {
	case err == nil:
		h.cost = always(t.Cost)
	case !errors.Is(err, tiff.ErrUnsupported): // by Pure
		return unreadable(err)
	}
	h.w, h.h = t.Width, t.Height
	h.Orientation, h.Taken = t.Orientation, t.EXIF.Taken
	h.profile = profile(f, t.Profile)
	h.adobe(t.EXIF.AdobeRGB)
	return nil
}

func inspectHEIF(f section.File, h *header) error {
	p, err := bmff.ReadPicture(f)
	if err != nil {
		return unreadable(err)
	}
	size := p.Size()
	h.w, h.h = size.X, size.Y
	h.profile = profile(f, p.Profile)
	if data, err := f.Bytes(p.EXIF); err == nil {
		h.Taken = tiff.ParseEXIF(data).Taken
	}
	return nil
}

func inspectRaw(f section.File, h *header) error {
	p, err := raw.Read(f.R, f.Size)
	if err != nil {
		return unreadable(err, raw.ErrNoPreview)
	}
	h.preview = p.JPEG
	inside := section.File{R: f.Reader(p.JPEG), Size: p.JPEG.Len}
	if err := inspectJPEG(inside, h); err != nil {
		return err
	}
	h.Orientation, h.Taken = p.Orientation, p.Taken
	h.adobe(p.AdobeRGB)
	return nil
}

// profile returns an ICC profile in a file. One cut short is none.
func profile(f section.File, p section.Part) []byte {
	if p.Len == 0 {
		return nil
	}
	data, err := f.Bytes(p)
	if err != nil {
		return nil
	}
	return data
}

// always is the cost of a decoder that knows one scale.
func always(cost int64) func(int) int64 { return func(int) int64 { return cost } }

// bytesFor multiplies, with a result that exceeds every budget instead of an
// overflow.
func bytesFor(w, h, pixel int) int64 {
	const most = math.MaxInt64 / 64
	if w <= 0 || h <= 0 {
		return 0
	}
	if int64(w) > most/int64(h)/int64(pixel) {
		return most
	}
	return int64(w) * int64(h) * int64(pixel)
}

// unreadable makes an error of a parser's: one of the kinds says that no engine
// here reads such a file, all others that it is damaged.
func unreadable(err error, kinds ...error) error {
	if err == nil {
		return nil
	}
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return because(ErrNoEngine, err)
		}
	}
	return because(ErrCorrupt, err)
}
