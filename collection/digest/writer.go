package digest

import (
	"crypto/sha256"
	"io"
)

// WriteRange writes n bytes of the version from offset off with their proof, in the
// format of the package comment, and returns how many bytes it wrote. The range
// need not be aligned: whole blocks are written, the frames of some with one Write. The
// bytes come from data, the version itself. Every block is checked before it is
// sent, so that a station with a damaged copy notices it and is not taken for a
// liar; not so where data is Checked and does that itself.
//
// A range outside the version is ErrRange. A block that data does not have, or has
// wrongly, is a *BlockError; nothing of it is written. An error of w is returned as
// it is. Memory use is 256 KiB whatever the range, which are used again.
func (t *Tree) WriteRange(w io.Writer, data io.ReaderAt, off, n int64) (int64, error) {
	first, end, err := span(t.size, off, n)
	if err != nil {
		return 0, err
	}
	s := &rangeWriter{tree: t, data: data, first: first, most: maxFrames}
	if _, ok := data.(Checked); !ok {
		s.leaf = newLeafHash()
	}
	s.piece = pieces.Get().(*piece)
	defer pieces.Put(s.piece)
	return s.write(w, end)
}

// write writes the frames of the range, up to a block.
func (s *rangeWriter) write(w io.Writer, end int64) (written int64, err error) {
	for i := s.first; i < end; {
		frames, err := s.frames(i, min(i+s.most, end))
		if err != nil && s.most > 1 {
			s.most = 1 // what is before the block that is wrong goes out
			continue
		}
		if err != nil {
			return written, &BlockError{Block: i, Err: err}
		}
		k, err := w.Write(frames)
		written += int64(k)
		if err != nil {
			return written, err
		}
		i += s.most
	}
	return written, nil
}

// maxFrames is of how many blocks the frames are written at once, at most. The paths of so
// many that follow one another are shorter than a block.
const maxFrames = maxWritten / BlockSize

// rangeWriter makes the frames of a range.
type rangeWriter struct {
	tree  *Tree
	data  io.ReaderAt
	leaf  *leafHash // nil = blocks are not checked
	first int64     // the block that the range begins with
	most  int64     // frames that are made at once
	piece *piece
}

// frames returns the frames of blocks from i to end. The blocks are read at once, to where
// the last of them stands, and each is moved behind its siblings.
func (s *rangeWriter) frames(i, end int64) ([]byte, error) {
	off, last := i*BlockSize, blocks(s.tree.size)-1
	length := int(min(end*BlockSize, s.tree.size) - off)
	proofs := 0
	for j := i; j < end; j++ {
		proofs += siblings(j, last, frameLevels(j, s.first, last)) * sha256.Size
	}
	data := s.piece[proofs : proofs+length]
	if k, err := s.data.ReadAt(data, off); k < length {
		if err == nil || err == io.EOF {
			err = ErrTruncated
		}
		return nil, err
	}
	frames := s.piece[:0]
	for ; i < end; i++ {
		block := data[:blockLen(s.tree.size, i)]
		if s.leaf != nil && s.leaf.of(block) != s.tree.levels[0][i] {
			return nil, ErrMismatch
		}
		frames = append(s.tree.appendProof(frames, i, frameLevels(i, s.first, last)), block...)
		data = data[len(block):]
	}
	return frames, nil
}

// appendProof appends the siblings of a block over so many levels.
func (t *Tree) appendProof(b []byte, i int64, levels int) []byte {
	var path [maxHeight]Digest
	for _, d := range t.appendSiblings(path[:0], i, levels) {
		b = append(b, d[:]...)
	}
	return b
}

// Checked is data that finds damage itself: ReadAt returns an error rather than bytes that
// are not those that were stored. The method does nothing.
type Checked interface {
	io.ReaderAt
	Checked()
}

// RangeSize returns how many bytes WriteRange writes of n bytes from offset off of a version
// of size bytes. A range outside the version is ErrRange.
func RangeSize(size, off, n int64) (int64, error) {
	first, end, err := span(size, off, n)
	if err != nil {
		return 0, err
	}
	var written int64
	for i, last := first, blocks(size)-1; i < end; i++ {
		written += int64(blockLen(size, i) + siblings(i, last, frameLevels(i, first, last))*sha256.Size)
	}
	return written, nil
}
