// Package bmff reads files of the ISO base media file format (ISO/IEC
// 14496-12): of HEIF and AVIF pictures (ISO/IEC 23008-12, AV1 Image File Format)
// what is known before they are decoded, and for others their boxes.
//
// Boxes are counted, so that a hostile file is given up after a bounded time,
// and no box is held in memory but a few of bounded size.
package bmff

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// maxBoxes bounds the boxes of a file that are looked at. Pictures of hundreds
// of tiles have one for each tile.
const maxBoxes = 1 << 14

var (
	// ErrBox says that a box is longer than what it is in, or one too many.
	ErrBox = errors.New("bad box")
	// errStop ends a walk early.
	errStop = errors.New("stop")
)

// Box is a box: its type, for a "uuid" box that and its 16 bytes ("uuid" and
// the UUID), and where its contents are.
type Box struct {
	Type string
	section.Part
}

// Walker walks over the boxes of one file. It is for one goroutine.
type Walker struct {
	section.File
	boxes int
}

// Each calls f for the boxes in p, one after the other, until it returns an
// error, which Each returns. A last box whose end is not in the file is shown as
// far as it goes. Other errors are [ErrBox] and that of the reader.
func (w *Walker) Each(p section.Part, f func(Box) error) error {
	for p.Len = min(p.Len, w.Size-p.Off); p.Len >= 8; {
		b, n, err := w.box(p)
		if err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
		p.Off, p.Len = p.Off+n, p.Len-n
	}
	return nil
}

// box reads the head of the box that begins at p, which may not reach beyond p
// (section 4.2). It returns the length of the whole box, too.
func (w *Walker) box(p section.Part) (Box, int64, error) {
	if w.boxes++; w.boxes > maxBoxes {
		return Box{}, 0, fmt.Errorf("%w at %d: more than %d", ErrBox, p.Off, maxBoxes)
	}
	head, err := w.Upto(section.Part{Off: p.Off, Len: min(32, p.Len)})
	if err != nil {
		return Box{}, 0, err
	}
	b, size, skip := Box{Type: string(head[4:8])}, int64(binary.BigEndian.Uint32(head)), int64(8)
	switch {
	case size == 0: // to the end
		size = p.Len
	case size == 1 && len(head) >= 16:
		size, skip = int64(binary.BigEndian.Uint64(head[8:])), 16
	}
	if b.Type == "uuid" && int64(len(head)) >= skip+16 {
		b.Type, skip = "uuid"+string(head[skip:skip+16]), skip+16
	}
	if size < skip {
		return Box{}, 0, fmt.Errorf("%w %.4q at %d: of %d bytes", ErrBox, b.Type, p.Off, size)
	}
	if p.Off+p.Len < w.Size && size > p.Len {
		return Box{}, 0, fmt.Errorf("%w %.4q at %d: of %d bytes where %d are left", ErrBox, b.Type, p.Off, size, p.Len)
	}
	size = min(size, p.Len)
	b.Part = section.Part{Off: p.Off + skip, Len: size - skip}
	return b, size, nil
}

// Find returns the first box of the given type in p, and then in that the first
// of the next type, and so on. What is not there has no length.
func (w *Walker) Find(p section.Part, types ...string) (section.Part, error) {
	for _, t := range types {
		found := section.Part{}
		err := w.Each(p, func(b Box) error {
			if b.Type != t {
				return nil
			}
			found = b.Part
			return errStop
		})
		if err != nil && !errors.Is(err, errStop) {
			return section.Part{}, err
		}
		p = found
	}
	return p, nil
}

// Whole is the part that is the whole file.
func (w *Walker) Whole() section.Part { return section.Part{Len: w.Size} }
