package webp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/webp"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Decode decodes the picture, of an animation the first frame. What of a frame
// lies outside of the canvas is cut off; what it leaves free or transparent is
// white. A lossy picture is YCbCr of full range, a lossless one RGB.
//
// If lossy data is cut short, but colours begin, there are both a picture, made
// up where data is missing, and a [section.PartialError] whose rows are guessed
// from the bytes there are. Other errors come without a picture: those of
// [ReadHeader], [section.ErrShort], and those of x/image.
func Decode(f section.File) (raster.Picture, error) {
	h, err := ReadHeader(f)
	if err != nil {
		return raster.Picture{}, err
	}
	if err := h.frame.enough(f); err != nil {
		return raster.Picture{}, err
	}
	m, err := webp.Decode(h.frame.alone(f))
	if err != nil {
		return raster.Picture{}, fmt.Errorf("webp: %w", err)
	}
	p := h.compose(planes(m))
	if present := h.frame.data.Len; present < h.frame.length {
		rows := int(int64(h.Height) * present / h.frame.length)
		return p, &section.PartialError{Rows: rows, Height: h.Height, Err: section.ErrShort}
	}
	return p, nil
}

// enough refuses data that is cut before colours begin: a lossless picture that
// is not whole, or a lossy one within its first partition (RFC 6386, section 9.1).
func (fr *frame) enough(f section.File) error {
	if fr.data.Len == fr.length {
		return nil
	}
	b, err := f.Bytes(section.Part{Off: fr.data.Off, Len: 3})
	if err != nil {
		return err
	}
	const header = 10
	if first := int64(uint24(b)>>5) + header; fr.lossless || fr.data.Len <= first {
		return fmt.Errorf("webp: %w: %d bytes of %d at %d", section.ErrShort, fr.data.Len, fr.length, fr.data.Off)
	}
	return nil
}

// alone returns a file with nothing but the frame, as large as it is. Missing
// data of a lossy picture is zero, which stands for no more details.
func (fr *frame) alone(f section.File) io.Reader {
	kind := "VP8 "
	if fr.lossless {
		kind = "VP8L"
	}
	var parts []io.Reader
	size := uint32(4)
	put := func(kind string, n int64, r io.Reader) {
		head := binary.LittleEndian.AppendUint32([]byte(kind), uint32(n))
		parts = append(parts, bytes.NewReader(head), io.LimitReader(io.MultiReader(r, zeros{}), n+n&1))
		size += uint32(8 + n + n&1)
	}
	if fr.alpha.Len > 0 && !fr.lossless {
		const hasAlpha = 0x10
		canvas := []byte{hasAlpha, 0, 0, 0}
		for _, v := range [2]int{fr.at.Dx() - 1, fr.at.Dy() - 1} {
			canvas = append(canvas, byte(v), byte(v>>8), byte(v>>16))
		}
		put("VP8X", int64(len(canvas)), bytes.NewReader(canvas))
		put("ALPH", fr.alpha.Len, f.Reader(fr.alpha))
	}
	put(kind, fr.length, f.Reader(fr.data))
	head := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), size), "WEBP"...)
	return io.MultiReader(append([]io.Reader{bytes.NewReader(head)}, parts...)...)
}

// zeros reads zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// compose puts the planes of the frame on the canvas. Frames begin at even pixels,
// so that samples of chroma are not split.
func (h *Header) compose(p raster.Picture) raster.Picture {
	if h.frame.whole(h.canvas()) {
		return p
	}
	canvas := raster.Picture{Space: p.Space}
	for i, plane := range p.Planes {
		half, white := 1, uint8(255)
		if p.Space == raster.YCbCr && i > 0 {
			half, white = 2, 128
		}
		canvas.Planes = append(canvas.Planes, h.put(plane, half, white))
	}
	return canvas
}

// put returns a plane of the canvas, which has one sample for half pixels each
// way, with that of the frame on it.
func (h *Header) put(p raster.Plane, half int, background uint8) raster.Plane {
	out := raster.NewPlane(image.Pt((h.Width+half-1)/half, (h.Height+half-1)/half))
	out.Extent = raster.Extent{X: float64(h.Width) / float64(half), Y: float64(h.Height) / float64(half)}
	for i := range out.Pix {
		out.Pix[i] = background
	}
	at := h.frame.at.Min.Div(half)
	for y := range min(p.Size.Y, out.Size.Y-at.Y) {
		if at.X < out.Size.X {
			copy(out.Row(at.Y + y)[at.X:], p.Row(y))
		}
	}
	return out
}
