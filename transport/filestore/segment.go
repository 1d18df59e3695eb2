package filestore

import (
	"errors"
	"hash/crc32"
	"io"

	"github.com/glimpse-go/glimpse/internal/disk"
)

// segment is one of the files of the log. Its entries never change; the last one of the
// log grows.
type segment struct {
	number uint32
	file   disk.File
	size   int64 // of the entries that are whole and synced
	live   int64 // bytes of changes that are not out of date
}

// place is where a value stands. Its four bytes of sum are in memory, so that a value is
// read with nothing around it.
type place struct {
	segment, offset uint32
	length, sum     uint32
	version         uint64
}

// loaded returns a change as the index has it, whose value is at an offset.
func (s *segment) loaded(c change, offset int64) loaded {
	p := place{s.number, uint32(offset), c.length, c.sum, c.version}
	return loaded{c.key, p, c.kind, c.removes}
}

// read returns the value at a place, or ErrCorrupt if it is not what was written there.
func (s *segment) read(p place) ([]byte, error) {
	value := make([]byte, p.length)
	err := s.readFull(value, int64(p.offset))
	if err == nil && crc32.Checksum(value, castagnoli) != p.sum {
		err = ErrCorrupt
	}
	return value, err
}

// readFull reads bytes that were written.
func (s *segment) readFull(b []byte, at int64) error {
	if len(b) == 0 {
		return nil
	}
	_, err := s.file.ReadAt(b, at)
	if errors.Is(err, io.EOF) {
		err = ErrCorrupt
	}
	return err
}

// scan calls do for the entries from a place on, up to an end, with their heads and
// directories, which are do's until it returns. It ends with the error of do, or with
// ErrCorrupt before one without a whole head and directory.
func (s *segment) scan(at, end int64, do func(at int64, h head, entry []byte) error) error {
	w := window{segment: s, end: end}
	for at < end {
		h, entry, err := w.entry(at)
		if err == nil {
			err = do(at, h, entry)
		}
		if err != nil {
			return err
		}
		at += h.size()
	}
	return nil
}

// window reads a segment in large pieces, from one place to a later one.
type window struct {
	segment *segment
	end     int64
	at      int64
	bytes   []byte
}

const windowSize = 256 << 10

// entry returns the head of the entry at a place, and the bytes of head and directory,
// which are the window's until the next call, or ErrCorrupt if they are not whole.
func (w *window) entry(at int64) (head, []byte, error) {
	b, err := w.get(at, entryHead)
	if err != nil {
		return head{}, nil, err
	}
	h, ok := entryHeadOf(w.segment.number, at, b)
	if !ok || h.size() > w.end-at {
		return head{}, nil, ErrCorrupt
	}
	if b, err = w.get(at, h.valuesAt()); err == nil {
		_, err = h.dirOf(b)
	}
	return h, b, err
}

// get returns n bytes at a place.
func (w *window) get(at, n int64) ([]byte, error) {
	if n > w.end-at {
		return nil, ErrCorrupt
	}
	if at < w.at || at+n > w.at+int64(len(w.bytes)) {
		size := min(max(n, windowSize), w.end-at)
		w.at, w.bytes = at, append(w.bytes[:0], make([]byte, size)...)
		if err := w.segment.readFull(w.bytes, at); err != nil {
			w.bytes = nil
			return nil, err
		}
	}
	return w.bytes[at-w.at:][:n], nil
}
