package media

import (
	"context"
	"image"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Info is what a file says of itself.
type Info struct {
	// MediaType is the type by content (RFC 6838), such as "image/jpeg". It is
	// also told for files that cannot be shown, such as "application/pdf".
	MediaType string
	// Width and Height are the size of the upright picture in pixels, zero for
	// a video.
	Width, Height int
	// Orientation is the EXIF orientation, 1 to 8: 1 is upright. Zero if the
	// file is not a picture.
	Orientation int
	// Taken is EXIF's DateTimeOriginal, zero if absent. If the file does not
	// name the offset from UTC, the local time of the camera stands as UTC.
	Taken time.Time
}

// header is all that is known of a picture before it is decoded.
type header struct {
	Info
	w, h      int          // as stored
	profile   []byte       // ICC profile; nil is sRGB
	thumbnail []byte       // JPEG in the EXIF data, if there is one
	preview   section.Part // of a raw file: the JPEG inside
	// cost returns the bytes that the pure Go decoder holds at a scale of 1, 2,
	// 4 or 8, nil if there is none; scales says whether it knows others than 1.
	cost   func(scale int) int64
	scales bool
}

// Inspect tells what the file of the given size in bytes is, from its header
// alone: no picture is decoded. The media type stands in Info even beside an
// error. The errors are [ErrEmpty], [ErrFormat] for all that is not a picture
// (videos too), [ErrCorrupt], [ErrNoEngine] for a raw file without a preview, or
// that of the reader.
func Inspect(r io.ReaderAt, size int64) (Info, error) {
	src := &source{ctx: context.Background(), r: r, size: size}
	h, err := inspect(src)
	return h.Info, src.fail(h.MediaType, err)
}

func inspect(src *source) (*header, error) {
	h := &header{}
	if src.size == 0 {
		return h, because(ErrEmpty, nil)
	}
	head := src.bytes(0, 512)
	if src.err != nil {
		return h, src.err
	}
	h.MediaType = sniff(src, head)
	f, ok := formats[h.MediaType]
	if !ok {
		return h, because(ErrFormat, nil)
	}
	h.Orientation = 1
	if err := f.inspect(src.file(), h); err != nil {
		return h, err
	}
	if h.w <= 0 || h.h <= 0 {
		return h, because(ErrCorrupt, errNoSize)
	}
	size := turned(image.Pt(h.w, h.h), h.Orientation)
	h.Width, h.Height = size.X, size.Y
	return h, nil
}

// turned returns the size of a picture after it has been turned upright, and the
// size as stored of an upright one.
func turned(p image.Point, orientation int) image.Point {
	if orientation >= 5 {
		return image.Pt(p.Y, p.X)
	}
	return p
}
