// Package webp decodes WebP pictures (RFC 9649), of an animation the first frame
// on its canvas. The bit streams are left to golang.org/x/image; here is what that
// leaves out: the range of lossy samples, animations, and files that end too early.
package webp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

var (
	// ErrFormat says that this is not a WebP file.
	ErrFormat = errors.New("not a WebP file")
	// ErrNoFrame says that a file has no picture, or that its header is damaged.
	ErrNoFrame = errors.New("no picture in the WebP file")
)

// maxChunks bounds the chunks of a file, or of a frame, that are looked at.
const maxChunks = 1 << 12

// Header is what the chunks of a file say of its picture.
type Header struct {
	Width, Height int // of the canvas
	Animated      bool
	// Cost is an upper bound of the bytes that Decode holds, the picture included.
	Cost          int64
	Profile, EXIF section.Part // as they stand in the file; EXIF may begin with "Exif\0\0"

	frame frame
}

// frame is the first picture of a file.
type frame struct {
	at       image.Rectangle // on the canvas
	alpha    section.Part    // contents of the ALPH chunk
	data     section.Part    // contents of the VP8 or VP8L chunk, as far as they are in the file
	length   int64           // of these contents, as announced
	lossless bool
}

// ReadHeader walks over the chunks of a file. The error is [ErrFormat],
// [ErrNoFrame], or that of the reader.
func ReadHeader(f section.File) (Header, error) {
	head, err := f.Upto(section.Part{Len: 12})
	if err != nil || len(head) < 12 || string(head[:4]) != "RIFF" || string(head[8:]) != "WEBP" {
		return Header{}, section.Because(ErrFormat, err)
	}
	h := Header{}
	if err := each(f, section.Part{Off: 12, Len: f.Size}, h.chunk); err != nil {
		return h, err
	}
	if h.frame.data.Len == 0 {
		return h, ErrNoFrame
	}
	if h.Width == 0 { // no extended header
		h.Width, h.Height = h.frame.at.Dx(), h.frame.at.Dy()
	}
	return h, h.cost()
}

// piece is a chunk of a RIFF file (RFC 9649, section 2.3).
type piece struct {
	f            section.File
	kind         string
	section.Part       // contents, as far as they are in the file
	length       int64 // as announced
}

// each calls do for the chunks in p.
func each(f section.File, p section.Part, do func(piece) error) error {
	p.Len = min(p.Len, f.Size-p.Off)
	for i := 0; p.Len >= 8 && i < maxChunks; i++ {
		head, err := f.Bytes(section.Part{Off: p.Off, Len: 8})
		if err != nil {
			return err
		}
		n := int64(binary.LittleEndian.Uint32(head[4:]))
		c := piece{f, string(head[:4]), section.Part{Off: p.Off + 8, Len: min(n, p.Len-8)}, n}
		if err := do(c); err != nil {
			return err
		}
		n += 8 + n&1
		p.Off, p.Len = p.Off+n, p.Len-n
	}
	return nil
}

// chunk keeps what a chunk of the file says. The first picture counts.
func (h *Header) chunk(c piece) error {
	switch {
	case c.kind == "VP8X":
		return h.extended(c)
	case c.kind == "ANMF" && h.frame.data.Len == 0:
		return h.animation(c)
	case c.kind == "ICCP" && c.Len == c.length:
		h.Profile = c.Part
	case c.kind == "EXIF" && c.Len == c.length:
		h.EXIF = c.Part
	}
	return h.frame.chunk(c)
}

// chunk keeps what belongs to the frame.
func (fr *frame) chunk(c piece) error {
	if fr.data.Len != 0 {
		return nil
	}
	switch c.kind {
	case "ALPH":
		if c.Len == c.length {
			fr.alpha = c.Part
		}
	case "VP8 ", "VP8L":
		fr.data, fr.length, fr.lossless = c.Part, c.length, c.kind == "VP8L"
		return fr.measure(c)
	}
	return nil
}

// extended reads the canvas (section 2.7).
func (h *Header) extended(c piece) error {
	b, err := c.f.Upto(section.Part{Off: c.Off, Len: min(10, c.Len)})
	if err != nil || len(b) < 10 {
		return section.Because(ErrNoFrame, err)
	}
	h.Animated = b[0]&2 != 0
	h.Width, h.Height = int(uint24(b[4:]))+1, int(uint24(b[7:]))+1
	return nil
}

// animation reads a frame (section 2.7.1.1), whose chunks follow its header.
func (h *Header) animation(c piece) error {
	const size = 16
	b, err := c.f.Upto(section.Part{Off: c.Off, Len: min(size, c.Len)})
	if err != nil || len(b) < size {
		return err
	}
	err = each(c.f, section.Part{Off: c.Off + size, Len: c.Len - size}, h.frame.chunk)
	h.frame.at = h.frame.at.Add(image.Pt(2*int(uint24(b)), 2*int(uint24(b[3:]))))
	return err
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

// measure reads the size from the bit stream (RFC 6386, section 9.1; RFC 9649,
// section 3.4). What ANMF says of it does not matter.
func (fr *frame) measure(c piece) error {
	b, err := c.f.Upto(section.Part{Off: c.Off, Len: min(10, c.Len)})
	if err != nil {
		return err
	}
	w, h := 0, 0
	switch {
	case fr.lossless && len(b) >= 5 && b[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(b[1:])
		w, h = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
	case !fr.lossless && len(b) == 10 && b[0]&1 == 0 && string(b[3:6]) == "\x9d\x01\x2a":
		w, h = int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff)
	}
	if w == 0 || h == 0 {
		return fmt.Errorf("%w: bad %q at %d", ErrNoFrame, c.kind, c.Off)
	}
	fr.at = image.Rect(0, 0, w, h)
	return nil
}

// cost counts what package webp of x/image allocates for the frame, rounded up to
// whole macroblocks, then the canvas or the planes made of it, and the packed
// data, which a lossy stream has in memory as a whole.
func (h *Header) cost() error {
	const maxLossy = 1 << 27 // of eight partitions with 24 bits for their length
	fr := &h.frame
	if !fr.lossless && fr.length > maxLossy {
		return fmt.Errorf("%w: %d bytes of lossy data", ErrNoFrame, fr.length)
	}
	w, height := (int64(fr.at.Dx())+15)&^15, (int64(fr.at.Dy())+15)&^15
	pixel := int64(2) // of four luma samples, with two of chroma and the filters
	switch {
	case fr.lossless:
		pixel = 8 // before and after a transform
	case fr.alpha.Len > 0:
		pixel = 11 // alpha is decoded as a lossless picture, before the colours
	}
	h.Cost = w*height*pixel + 2*max(fr.length, 0)
	if !fr.whole(h.canvas()) || fr.lossless {
		h.Cost += 3 * int64(h.Width) * int64(h.Height)
	}
	return nil
}

func (h *Header) canvas() image.Rectangle { return image.Rect(0, 0, h.Width, h.Height) }

// whole reports whether the frame is all of the canvas.
func (fr *frame) whole(canvas image.Rectangle) bool { return fr.at == canvas }
