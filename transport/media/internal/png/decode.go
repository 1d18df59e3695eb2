package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Decode decodes the picture. If its data is damaged or cut short, but at least
// one row is there, there are both a picture, the rest of which is zero (black,
// or transparent if it can be), and a [section.PartialError]. Other errors come
// without a picture: those of [ReadHeader], [ErrNoRows], and those of image/png.
func Decode(f section.File) (image.Image, error) {
	h, err := ReadHeader(f)
	if err != nil {
		return nil, err
	}
	rows := &rowReader{size: h.dataSize()}
	if rows.r, rows.err = zlib.NewReader(&idatReader{f: f, at: h.idat}); rows.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoRows, rows.err)
	}
	m, err := png.Decode(h.rewritten(rows))
	present := int(rows.present / h.rowSize(h.Width))
	switch {
	case err != nil:
		return nil, err
	case rows.err == nil:
		return m, nil
	case present == 0:
		return nil, fmt.Errorf("%w: %w", ErrNoRows, rows.err)
	}
	return m, &section.PartialError{Rows: min(present, h.Height), Height: h.Height, Err: rows.err}
}

// Profile inflates the ICC profile of the file, of 4 MiB at most. There is none
// if it is absent or damaged.
func (h Header) Profile(f section.File) []byte {
	if h.iccp.Len == 0 {
		return nil
	}
	z, err := zlib.NewReader(f.Reader(h.iccp))
	if err != nil {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(z, maxProfile+1))
	if err != nil || len(b) > maxProfile {
		return nil
	}
	return b
}

// rowSize returns the bytes of a row of w pixels with its filter type.
func (h Header) rowSize(w int) int64 {
	return 1 + (int64(w)*h.samples()*int64(h.Depth)+7)/8
}

// dataSize returns the bytes of all rows, filter types included (sections 7.2 and
// 8.1: the seven passes of an interlaced picture).
func (h Header) dataSize() (n int64) {
	passes := [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	if !h.Interlaced {
		passes = [][4]int{{0, 0, 1, 1}}
	}
	for _, p := range passes {
		w, rows := (h.Width-p[0]+p[2]-1)/p[2], (h.Height-p[1]+p[3]-1)/p[3]
		if w > 0 && rows > 0 {
			n += h.rowSize(w) * int64(rows)
		}
	}
	return n
}

// rewritten returns a file that image/png takes: the chunks that matter with
// right checksums, and the rows as IDAT chunks that are stored, not packed.
func (h Header) rewritten(rows io.Reader) io.Reader {
	head := chunk([]byte(magic), "IHDR", h.ihdr)
	if h.kind == 3 {
		head = chunk(head, "PLTE", h.palette)
	}
	if h.alpha != nil && h.kind <= 3 {
		head = chunk(head, "tRNS", h.alpha)
	}
	return io.MultiReader(bytes.NewReader(head), newStored(rows), bytes.NewReader(chunk(nil, "IEND", nil)))
}

// idatReader reads the contents of all IDAT chunks from the offset at.
type idatReader struct {
	f    section.File
	at   int64
	left int64 // bytes of this chunk
}

func (r *idatReader) Read(p []byte) (int, error) {
	for r.left == 0 {
		head, err := r.f.Upto(section.Part{Off: r.at, Len: 8})
		if err != nil {
			return 0, err
		}
		if len(head) < 8 || string(head[4:]) == "IEND" {
			return 0, io.ErrUnexpectedEOF
		}
		n := int64(binary.BigEndian.Uint32(head))
		r.at += 8
		if string(head[4:]) == "IDAT" {
			r.left = n
		} else {
			r.at += n
		}
		if r.left == 0 {
			r.at += 4 // checksum
		}
	}
	n, err := r.f.R.ReadAt(p[:min(int64(len(p)), r.left)], r.at)
	r.at, r.left = r.at+int64(n), r.left-int64(n)
	if r.left == 0 {
		r.at += 4
	}
	if n > 0 {
		err = nil
	}
	return n, err
}

// rowReader reads size bytes: those of r, and zeros for what is missing, so that
// the rows there are can be decoded.
type rowReader struct {
	r       io.Reader
	size    int64
	present int64 // bytes that r had
	err     error // why the others are missing
}

func (r *rowReader) Read(p []byte) (int, error) {
	if r.size == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), r.size)]
	n := 0
	if r.err == nil {
		n, r.err = io.ReadFull(r.r, p)
		r.present += int64(n)
		if errors.Is(r.err, io.EOF) || errors.Is(r.err, io.ErrUnexpectedEOF) {
			r.err = section.ErrShort
		}
	}
	clear(p[n:])
	r.size -= int64(len(p))
	return len(p), nil
}
