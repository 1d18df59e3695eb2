package media

import (
	"bytes"
	"context"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/image/webp"
)

// Info is what a file says of itself.
type Info struct {
	// MediaType is the type by content (RFC 6838), such as "image/jpeg". It is
	// also given for files that cannot be shown, such as "application/pdf".
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
	w, h int   // as stored
	cost int64 // bytes that the decoder will hold
	scan int64 // JPEG: where the first scan begins
	exif exif
	// embedded: this is the thumbnail inside another picture
	embedded bool
	decode   func(io.Reader) (image.Image, error)
}

// formats has what is special about each kind of picture.
var formats = map[string]struct {
	inspect func(*source, *header) error
	decode  func(io.Reader) (image.Image, error)
}{
	"image/jpeg": {inspectJPEG, jpeg.Decode},
	"image/png":  {inspectPNG, png.Decode},
	"image/gif":  {inspectGIF, gif.Decode},
	"image/webp": {inspectWebP, webp.Decode},
}

// Inspect tells what the file of the given size in bytes is, from its header
// alone: no picture is decoded. The media type stands in Info even beside an
// error. The errors are [ErrFormat] for all but the four kinds of picture
// (videos too), [ErrCorrupt], or that of the reader.
func Inspect(r io.ReaderAt, size int64) (Info, error) {
	src := &source{ctx: context.Background(), r: r, size: size}
	h, err := inspect(src)
	return h.Info, src.fail(h.MediaType, err)
}

func inspect(src *source) (*header, error) {
	h := &header{}
	head := src.bytes(0, 512)
	if src.err != nil {
		return h, src.err
	}
	h.MediaType = sniff(head)
	f, ok := formats[h.MediaType]
	if !ok {
		return h, because(ErrFormat, nil)
	}
	h.decode, h.exif.orientation = f.decode, 1
	if err := f.inspect(src, h); err != nil {
		return h, err
	}
	h.Orientation, h.Taken = h.exif.orientation, h.exif.taken
	size := turned(image.Pt(h.w, h.h), h.Orientation)
	h.Width, h.Height = size.X, size.Y
	return h, nil
}

// sniff tells the media type by the first bytes.
func sniff(head []byte) string {
	has := func(at int, s string) bool {
		return len(head) >= at+len(s) && string(head[at:at+len(s)]) == s
	}
	switch {
	case has(0, "\xff\xd8"):
		return "image/jpeg"
	case has(4, "ftyp") && len(head) >= 12:
		return brand(string(head[8:12]))
	case has(4, "moov"), has(4, "mdat"), has(4, "wide"):
		return "video/quicktime"
	case has(0, "\x1aE\xdf\xa3") && bytes.Contains(head[:min(64, len(head))], []byte("webm")):
		return "video/webm"
	case has(0, "\x1aE\xdf\xa3"):
		return "video/matroska"
	case has(0, "RIFF") && has(8, "AVI "):
		return "video/x-msvideo"
	case has(0, "\x00\x00\x01\xba"):
		return "video/mpeg"
	case has(0, "G") && has(188, "G") && has(376, "G"):
		return "video/mp2t"
	}
	return http.DetectContentType(head)
}

// brand tells the media type by the major brand of ISO/IEC 14496-12.
func brand(b string) string {
	switch b {
	case "qt  ":
		return "video/quicktime"
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return "image/heic"
	case "avif", "avis":
		return "image/avif"
	case "M4A ", "M4B ":
		return "audio/mp4"
	case "crx ":
		return "image/x-canon-cr3"
	}
	if strings.HasPrefix(b, "3g") {
		return "video/3gpp"
	}
	return "video/mp4"
}
