package digest

import (
	"crypto/sha256"
	"io"
)

// WriteRange writes n bytes of the version from offset off with their proof, in the
// format of the package comment, and returns how many bytes it wrote. The range
// need not be aligned: whole blocks are written, each frame with one Write. The
// bytes come from data, the version itself. Every block is checked before it is
// sent, so that a station with a damaged copy notices it and is not taken for a
// liar; not so where data is Checked and does that itself.
//
// A range outside the version is ErrRange. A block that data does not have, or has
// wrongly, is a *BlockError; nothing of it is written. An error of w is returned as
// it is. Memory use is 64 KiB whatever the range, which are used again.
func (t *Tree) WriteRange(w io.Writer, data io.ReaderAt, off, n int64) (int64, error) {
	first, end, err := span(t.size, off, n)
	if err != nil {
		return 0, err
	}
	var written int64
	var leaf *leafHash // nil = blocks are not checked
	if _, ok := data.(Checked); !ok {
		leaf = newLeafHash()
	}
	last := blocks(t.size) - 1
	piece := pieces.Get().(*[maxWritten]byte)
	defer pieces.Put(piece)
	frame := piece[:0]
	for i := first; i < end; i++ {
		frame, err = t.appendFrame(frame[:0], leaf, data, i, frameLevels(i, first, last))
		if err != nil {
			return written, &BlockError{Block: i, Err: err}
		}
		k, err := w.Write(frame)
		written += int64(k)
		if err != nil {
			return written, err
		}
	}
	return written, nil
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

// appendFrame appends the siblings of a block over so many levels, and the block,
// which it checks with leaf if there is one.
func (t *Tree) appendFrame(b []byte, leaf *leafHash, data io.ReaderAt, i int64, levels int) ([]byte, error) {
	var path [maxHeight]Digest
	for _, d := range t.appendSiblings(path[:0], i, levels) {
		b = append(b, d[:]...)
	}
	head := len(b)
	b = b[:head+blockLen(t.size, i)]
	if k, err := data.ReadAt(b[head:], i*BlockSize); k < len(b)-head {
		if err == nil || err == io.EOF {
			err = ErrTruncated
		}
		return b, err
	}
	if leaf != nil && leaf.of(b[head:]) != t.levels[0][i] {
		return b, ErrMismatch
	}
	return b, nil
}
