package digest

import (
	"fmt"
	"io"
	"slices"
	"sync"
)

// Section is blocks of a version that follow one another, by their hashes, as their proof shows
// them. It joins a Beginning that ends where it begins.
type Section struct {
	// Leaves are the hashes of the blocks, in order.
	Leaves []Digest
	// Before are the tops of all blocks before it, and Tops those of these and its own, as a
	// Beginning has them. Of no blocks they are not known.
	Before, Tops []Digest
}

// ReadSection reads blocks of the range into buf, as many as there is room for, which must be one
// at least, and returns how many bytes they have: those that are good also with an error. Errors
// are those of Read, and io.ErrShortBuffer. The range must begin and end with blocks; that is the
// caller's to see to. Sections that are read one after the other follow one another.
func (r *Reader) ReadSection(buf []byte) (n int, s Section, err error) {
	first := r.next
	for r.err == nil && len(buf)-n >= r.room() {
		var block []byte
		block, r.err = r.block(buf[n:])
		if n += len(block); r.err == nil {
			s.Leaves = append(s.Leaves, r.newest)
		}
		if r.err == nil && r.next == first+1 {
			s.Before = topsOf(r.lefts[:], first)
		}
	}
	if len(s.Leaves) > 0 {
		s.Tops = topsOf(r.lefts[:], r.next)
	} else if r.err == nil {
		r.err = io.ErrShortBuffer
	}
	return n, s, r.err
}

// room is how many bytes the next block needs, and 0 if there is none.
func (r *Reader) room() int {
	if r.next == r.end {
		return 0
	}
	return blockLen(r.size, r.next)
}

// Join returns the Beginning of which the last blocks are those of a section. If the section does
// not follow b, because b is not the version's or a size is false, the error is ErrKept. The
// leaves are appended to those of b, as append does.
func (b Beginning) Join(s Section) (Beginning, error) {
	if len(s.Leaves) == 0 {
		return b, nil
	}
	if !slices.Equal(b.Tops, s.Before) {
		return b, ErrKept
	}
	return Beginning{Leaves: append(b.Leaves, s.Leaves...), Tops: s.Tops}, nil
}

// WriteRest writes the range to w, 256 KiB at once, and returns the hashes of all blocks of
// the version up to its end: of a whole number of blocks with their tops, for which nothing is
// hashed again. Before is what came before the range, as an earlier WriteRest has returned
// it: the proof of the first block proves its tops. If they are not the version's, or the
// size is false, the error is ErrKept. After an error the Beginning is that of the blocks
// before and of those that w took. The leaves are appended to those of before, as append does.
//
// The range must begin with a block and end with one, of which nothing was read, and
// before be of all blocks before it: else the error is ErrRange and the Beginning empty. That
// the tops are those of the leaves is the caller's to know. Other errors are those of Read
// and of w.
func (r *Reader) WriteRest(w io.Writer, before Beginning) (Beginning, error) {
	end := r.size
	if r.end < blocks(r.size) {
		end = r.end * BlockSize
	}
	if r.next != r.first || r.skip != 0 || r.left != end-r.first*BlockSize || !before.fits(r.first) {
		return Beginning{}, fmt.Errorf("%w: not whole blocks that follow", ErrRange)
	}
	if r.size == r.first*BlockSize && before.Root() != r.root {
		return before, ErrKept // no block comes that would prove them
	}
	before.Leaves = slices.Grow(before.Leaves, int(min(r.end-r.first, maxGrown)))
	return r.writeSections(w, before)
}

const (
	maxWritten = 256 << 10 // bytes that WriteRest and WriteRange write at once, at most
	maxGrown   = 1 << 12   // leaves for which there is room before they come: a size is only claimed
)

// A piece is blocks, and room for their paths.
type piece [maxWritten + BlockSize]byte

// pieces are used again, by all that reads and writes blocks.
var pieces = sync.Pool{New: func() any { return new(piece) }}

func (r *Reader) writeSections(w io.Writer, before Beginning) (Beginning, error) {
	piece := pieces.Get().(*piece)
	defer pieces.Put(piece)
	for {
		n, s, err := r.ReadSection(piece[:maxWritten])
		joined, kept := before.Join(s)
		if kept != nil {
			return before, kept
		}
		if n > 0 {
			if _, err := w.Write(piece[:n]); err != nil {
				return before, err
			}
		}
		before = joined
		if err == io.EOF {
			return before, nil
		}
		if err != nil {
			return before, err
		}
	}
}
