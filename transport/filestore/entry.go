package filestore

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// An entry of the log is
//
//	length of the batch   4 bytes, big endian
//	CRC-32C of the batch  4 bytes
//	CRC-32C of the entry's place in the file, 8 bytes, and of the above  4 bytes
//	batch
//
// An entry is synced before the next one is written, so that a crash leaves the
// last one only less than whole: too short, or with sectors that have not been
// written and read as zeros. Everything else is damage.
const (
	entryHead = 12
	sector    = 512 // bytes; what a disk writes whole or not at all
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// newEntry returns the entry of a batch that is written at a place.
func newEntry(at int64, batch []byte) []byte {
	entry := binary.BigEndian.AppendUint32(make([]byte, 0, entryHead+len(batch)), uint32(len(batch)))
	entry = binary.BigEndian.AppendUint32(entry, crc32.Checksum(batch, castagnoli))
	entry = binary.BigEndian.AppendUint32(entry, headSum(at, entry))
	return append(entry, batch...)
}

func headSum(at int64, head []byte) uint32 {
	place := binary.BigEndian.AppendUint64(nil, uint64(at))
	return crc32.Update(crc32.Checksum(place, castagnoli), castagnoli, head[:8])
}

// entryLen returns the length of the entry of which b is the beginning, if its head
// is whole.
func entryLen(at int64, b []byte) (int64, bool) {
	if len(b) < entryHead || headSum(at, b) != binary.BigEndian.Uint32(b[8:]) {
		return 0, false
	}
	return entryHead + int64(binary.BigEndian.Uint32(b)), true
}

// isWhole reports whether b begins with a whole entry, or is one.
func isWhole(at int64, b []byte) bool {
	n, ok := entryLen(at, b)
	return ok && n <= int64(len(b)) && crc32.Checksum(b[entryHead:n], castagnoli) == binary.BigEndian.Uint32(b[4:])
}

// readEntry reads an entry, or returns ErrCorrupt if it is not whole.
func readEntry(r *bufio.Reader, at, end int64) ([]byte, error) {
	head, err := r.Peek(entryHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, storage(err)
	}
	n, ok := entryLen(at, head)
	if !ok || n > end-at {
		return nil, ErrCorrupt
	}
	entry := make([]byte, n)
	if _, err := io.ReadFull(r, entry); err != nil {
		return nil, storage(err)
	}
	if !isWhole(at, entry) {
		return nil, ErrCorrupt
	}
	return entry, nil
}

// isTorn reports whether rest, which begins at a place with an entry that is not
// whole, is what a crash leaves of the last one.
func isTorn(at int64, rest []byte) bool {
	size := int64(len(rest))
	n, ok := entryLen(at, rest)
	switch {
	case size < entryHead, ok && n > size:
		return true // too short
	case ok && n < size:
		return false // not the last one
	case !ok:
		n = entryHead
	}
	return hasHole(at, rest, n) && !hasWhole(at, rest)
}

// hasHole reports whether one of the sectors that hold the first n bytes of b has
// nothing of b but zeros.
func hasHole(at int64, b []byte, n int64) bool {
	for from := int64(0); from < n; {
		to := min(from+sector-(at+from)%sector, int64(len(b)))
		if isZero(b[from:to]) {
			return true
		}
		from = to
	}
	return false
}

func isZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// hasWhole reports whether a whole entry begins anywhere in b: then what comes
// before it was not the last one.
func hasWhole(at int64, b []byte) bool {
	for i := range b {
		if isWhole(at+int64(i), b[i:]) {
			return true
		}
	}
	return false
}
