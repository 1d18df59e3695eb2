package filestore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/glimpse-go/glimpse/internal/disk"
)

// A hint is a file beside a segment from which the segment is known without being read:
// the heads and directories of its entries, and at its end
//
//	length of the segment    8 bytes, big endian
//	CRC-32C of all above     4 bytes
//
// A hint is never synced: one that is not whole counts for nothing, and is made anew
// when the store is opened.
const hintEnd = 12

// hint is one that is being written; the file is nil if it cannot be.
type hint struct {
	file disk.File
	size int64
	sum  uint32
}

// newHint begins a hint with what is known already.
func newHint(fsys disk.FS, path string, known []byte) (h hint) {
	f, err := fsys.OpenToWrite(path)
	if err != nil {
		return hint{}
	}
	h.file = f
	if err := f.Truncate(0); err != nil {
		h.drop()
	}
	h.append(known)
	return h
}

func (h *hint) append(b []byte) {
	if h.file == nil || len(b) == 0 {
		return
	}
	if _, err := h.file.WriteAt(b, h.size); err != nil {
		h.drop()
		return
	}
	h.size += int64(len(b))
	h.sum = crc32.Update(h.sum, castagnoli, b)
}

// finish ends a hint whose segment is finished.
func (h *hint) finish(size int64) {
	end := binary.BigEndian.AppendUint64(nil, uint64(size))
	sum := crc32.Update(h.sum, castagnoli, end)
	h.append(binary.BigEndian.AppendUint32(end, sum))
	h.drop()
}

// drop leaves a hint as it is.
func (h *hint) drop() {
	if h.file != nil {
		h.file.Close()
	}
	*h = hint{}
}

// readHint returns what is in a hint, and how long its segment is.
func readHint(fsys disk.FS, path string) (known []byte, size int64, err error) {
	f, err := fsys.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	end, err := f.Size()
	if err != nil {
		return nil, 0, err
	}
	b := make([]byte, end)
	if _, err := f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) || end < hintEnd {
		return nil, 0, errors.Join(ErrCorrupt, err)
	}
	if crc32.Checksum(b[:end-4], castagnoli) != binary.BigEndian.Uint32(b[end-4:]) {
		return nil, 0, ErrCorrupt
	}
	return b[:end-hintEnd], int64(binary.BigEndian.Uint64(b[end-hintEnd:])), nil
}
