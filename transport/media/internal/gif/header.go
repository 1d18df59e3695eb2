// Package gif decodes the first frame of GIF pictures (CompuServe, GIF89a), put
// on the canvas as programs that show pictures do: where it lies outside of the
// canvas it is cut, what it leaves free or transparent is white, and of a file
// that ends too early there is what came before.
package gif

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

var (
	// ErrFormat says that this is not a GIF file.
	ErrFormat = errors.New("not a GIF file")
	// ErrNoFrame says that a file ends, or is damaged, before its first picture.
	ErrNoFrame = errors.New("no picture in the GIF file")
)

// maxBefore bounds the bytes before the first frame: two palettes, and comments.
const maxBefore = 1 << 20

// Header is what precedes the samples of the first frame.
type Header struct {
	Width, Height int // of the canvas; if that is empty, of the first frame
	// Cost is an upper bound of the bytes that Decode holds, the picture included,
	// and of the samples that it decodes.
	Cost int64

	frame       image.Rectangle // on the canvas
	interlaced  bool
	palette     []byte // red, green and blue of each colour
	transparent int    // index of the colour that is not drawn, or -1
	samples     int64  // offset of the samples
}

// ReadHeader reads all that precedes the samples of the first frame. The error
// is [ErrFormat], [ErrNoFrame], or that of the reader.
func ReadHeader(f section.File) (Header, error) {
	r := &reader{r: bufio.NewReader(f.Reader(section.Part{Len: maxBefore}))}
	h := Header{transparent: -1}
	err := h.read(r)
	h.samples = r.pos
	if err != nil && !errors.Is(err, ErrFormat) {
		err = fmt.Errorf("%w: %w at %d", ErrNoFrame, err, r.pos)
	}
	return h, err
}

// reader counts what is read.
type reader struct {
	r   *bufio.Reader
	pos int64
}

func (r *reader) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	k, err := io.ReadFull(r.r, b)
	r.pos += int64(k)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = section.ErrShort
	}
	return b, err
}

// read reads the header and the screen (sections 17 and 18), and blocks up to the
// first picture.
func (h *Header) read(r *reader) error {
	b, err := r.bytes(13)
	if err != nil || string(b[:3]) != "GIF" {
		return section.Because(ErrFormat, err)
	}
	h.Width, h.Height = int(binary.LittleEndian.Uint16(b[6:])), int(binary.LittleEndian.Uint16(b[8:]))
	if err := h.colours(r, b[10]); err != nil {
		return err
	}
	for {
		kind, err := r.bytes(1)
		switch {
		case err != nil:
			return err
		case kind[0] == ',':
			return h.image(r)
		case kind[0] == '!':
			err = h.extension(r)
		default:
			err = fmt.Errorf("block %#x", kind[0])
		}
		if err != nil {
			return err
		}
	}
}

// colours reads a palette, if the flags say that there is one (sections 19 and
// 21).
func (h *Header) colours(r *reader, flags byte) (err error) {
	if flags&0x80 != 0 {
		h.palette, err = r.bytes(3 << (flags&7 + 1))
	}
	return err
}

// extension reads the transparent colour of a graphic control extension (section
// 23) and skips others.
func (h *Header) extension(r *reader) error {
	label, err := r.bytes(1)
	if err != nil {
		return err
	}
	for {
		n, err := r.bytes(1)
		if err != nil || n[0] == 0 {
			return err
		}
		b, err := r.bytes(int(n[0]))
		if err != nil {
			return err
		}
		if label[0] == 0xf9 && len(b) >= 4 && b[0]&1 != 0 {
			h.transparent = int(b[3])
		}
	}
}

// image reads the descriptor of a picture (section 20).
func (h *Header) image(r *reader) error {
	b, err := r.bytes(9)
	if err != nil {
		return err
	}
	number := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	h.frame = image.Rect(0, 0, number(4), number(6)).Add(image.Pt(number(0), number(2)))
	h.interlaced = b[8]&0x40 != 0
	if err := h.colours(r, b[8]); err != nil {
		return err
	}
	if h.frame.Empty() || h.palette == nil {
		return fmt.Errorf("frame of %v pixels with %d colours", h.frame.Size(), len(h.palette)/3)
	}
	if h.Width == 0 || h.Height == 0 {
		h.Width, h.Height = h.frame.Dx(), h.frame.Dy()
		h.frame = h.frame.Sub(h.frame.Min)
	}
	h.cost()
	return nil
}

// cost counts the canvas. The samples of a frame that is much larger take only
// time, but that may be minutes.
func (h *Header) cost() {
	const decoder = 1 << 20 // buffers, and those of package lzw
	canvas := 3 * int64(h.Width) * int64(h.Height)
	h.Cost = max(canvas, int64(h.frame.Dx())*int64(h.frame.Dy())) + decoder
}
