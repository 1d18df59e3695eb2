package filestore

import (
	"encoding/binary"
	"hash/crc32"
)

// An entry of the log is
//
//	length of the directory    4 bytes, big endian
//	length of the values       4 bytes
//	CRC-32C of the directory   4 bytes
//	CRC-32C of the segment's number and the entry's place in it, 8 bytes, and of the
//	above                      4 bytes
//	directory
//	values
//
// The directory of a segment's first entry is the version of the last change before it
// and the length of the segment before it, as unsigned varints. That of every other one
// is changes, each:
//
//	kind, and the bit removal                    1 byte
//	version                                      unsigned varint
//	length of the key                            unsigned varint
//	key
//	length of the value, and CRC-32C of it       unsigned varint, 4 bytes; not of a removal
//
// An entry is synced before the next one is written, so that a crash leaves the
// last one only less than whole: too short, or with sectors that have not been
// written and read as zeros. Everything else is damage.
const (
	entryHead = 16
	sector    = 512 // bytes; what a disk writes whole or not at all
	removal   = 0x80
)

// kind is what a change is about.
type kind byte

const (
	aRecord kind = iota
	aBlob
	aPart
	kinds
)

// change is one of those that an entry makes.
type change struct {
	kind    kind
	removes bool
	key     string
	version uint64
	length  uint32 // of the value
	sum     uint32 // of the value
	value   []byte // of a change that is to be written
}

func newChange(k kind, key string, value []byte) change {
	return change{
		kind: k, removes: value == nil, key: key, value: value,
		length: uint32(len(value)), sum: crc32.Checksum(value, castagnoli),
	}
}

func appendChange(dir []byte, c change) []byte {
	if c.removes {
		dir = append(dir, byte(c.kind)|removal)
	} else {
		dir = append(dir, byte(c.kind))
	}
	dir = binary.AppendUvarint(dir, c.version)
	dir = binary.AppendUvarint(dir, uint64(len(c.key)))
	dir = append(dir, c.key...)
	if c.removes {
		return dir
	}
	dir = binary.AppendUvarint(dir, uint64(c.length))
	return binary.BigEndian.AppendUint32(dir, c.sum)
}

// eachChange reads a directory whose sum is right.
func eachChange(dir []byte, do func(change)) error {
	for r := (reader{dir}); len(r.rest) > 0; {
		c := r.change()
		if r.rest == nil || c.kind >= kinds {
			return ErrCorrupt
		}
		do(c)
	}
	return nil
}

// reader takes what is in a directory; nothing is left once more is taken than there is.
type reader struct{ rest []byte }

func (r *reader) take(n uint64) (b []byte) {
	if n > uint64(len(r.rest)) {
		r.rest = nil
		return nil
	}
	b, r.rest = r.rest[:n:n], r.rest[n:]
	return b
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.rest = nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) change() (c change) {
	b := r.take(1)[0]
	c.kind, c.removes = kind(b&^removal), b&removal != 0
	c.version = r.uvarint()
	c.key = string(r.take(r.uvarint()))
	if c.removes {
		return c
	}
	c.length = uint32(r.uvarint())
	if sum := r.take(4); sum != nil {
		c.sum = binary.BigEndian.Uint32(sum)
	}
	return c
}

// head is that of an entry.
type head struct{ dir, values, dirSum uint32 }

func (h head) size() int64 { return h.valuesAt() + int64(h.values) }

// valuesAt is where the values begin.
func (h head) valuesAt() int64 { return entryHead + int64(h.dir) }

// appendHead appends the head of an entry with a directory and some bytes of values,
// which is at a place in a segment.
func appendHead(b []byte, segment uint32, at int64, dir []byte, values int) []byte {
	from := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(dir)))
	b = binary.BigEndian.AppendUint32(b, uint32(values))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(dir, castagnoli))
	return binary.BigEndian.AppendUint32(b, headSum(segment, at, b[from:]))
}

func headSum(segment uint32, at int64, head []byte) uint32 {
	var place [8]byte
	binary.BigEndian.PutUint64(place[:], uint64(segment)<<32|uint64(at))
	return crc32.Update(crc32.Checksum(place[:], castagnoli), castagnoli, head[:12])
}

// entryHeadOf reads the head that b begins with, if it is whole.
func entryHeadOf(segment uint32, at int64, b []byte) (h head, ok bool) {
	if len(b) < entryHead || headSum(segment, at, b) != binary.BigEndian.Uint32(b[12:]) {
		return head{}, false
	}
	return head{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])}, true
}

// dirOf returns the directory of an entry of which b holds the beginning, or ErrCorrupt.
func (h head) dirOf(b []byte) ([]byte, error) {
	if int64(len(b)) < h.valuesAt() || crc32.Checksum(b[entryHead:h.valuesAt()], castagnoli) != h.dirSum {
		return nil, ErrCorrupt
	}
	return b[entryHead:h.valuesAt()], nil
}
