package filestore

import "hash/crc32"

// isWhole reports whether b begins with a whole entry, its values included.
func isWhole(segment uint32, at int64, b []byte) bool {
	h, ok := entryHeadOf(segment, at, b)
	if !ok || h.size() > int64(len(b)) {
		return false
	}
	dir, err := h.dirOf(b)
	if err != nil {
		return false
	}
	if at == 0 {
		return true
	}
	whole := true
	values := reader{b[h.valuesAt():h.size()]}
	err = eachChange(dir, func(c change) {
		whole = whole && crc32.Checksum(values.take(uint64(c.length)), castagnoli) == c.sum
	})
	return err == nil && whole && len(values.rest) == 0
}

// isTorn reports whether rest, which begins at a place with an entry that is not
// whole, is what a crash leaves of the last one.
func isTorn(segment uint32, at int64, rest []byte) bool {
	size := int64(len(rest))
	h, ok := entryHeadOf(segment, at, rest)
	n := h.size()
	switch {
	case size < entryHead, ok && n > size:
		return true // too short
	case ok && n < size:
		return false // not the last one
	case !ok:
		n = entryHead
	}
	return hasHole(at, rest, n) && !hasWhole(segment, at, rest)
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
func hasWhole(segment uint32, at int64, b []byte) bool {
	for i := range b {
		if isWhole(segment, at+int64(i), b[i:]) {
			return true
		}
	}
	return false
}
