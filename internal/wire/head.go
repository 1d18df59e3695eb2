package wire

import (
	"encoding/binary"
	"io"
)

// Major is the major type of an item, RFC 8949 section 3.1.
type Major byte

// The major types that are read and written here.
const (
	Uint Major = iota
	Nint
	Bytes
	Text
	Array
	Map
	Tag
)

// AppendHead appends the head of an item: its major type and argument.
func AppendHead(b []byte, major Major, arg uint64) []byte {
	m := byte(major) << 5
	switch {
	case arg < 24:
		return append(b, m|byte(arg))
	case arg < 1<<8:
		return append(b, m|24, byte(arg))
	case arg < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, m|25), uint16(arg))
	case arg < 1<<32:
		return binary.BigEndian.AppendUint32(append(b, m|26), uint32(arg))
	}
	return binary.BigEndian.AppendUint64(append(b, m|27), arg)
}

// HeadSize is the number of bytes of the head of an item with this argument:
// of an integer of that value, or before a string, array or map of that length.
func HeadSize(arg uint64) int {
	switch {
	case arg < 24:
		return 1
	case arg < 1<<8:
		return 2
	case arg < 1<<16:
		return 3
	case arg < 1<<32:
		return 5
	}
	return 9
}

// ReadHead reads the head of an item from r, and no byte more. Errors:
// ErrNotCanonical, and those of r.
func ReadHead(r io.ByteReader) (major Major, arg uint64, err error) {
	first, err := r.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	arg, size := inHead(first)
	var more [8]byte
	for i := range size {
		if more[i], err = r.ReadByte(); err != nil {
			return 0, 0, err
		}
	}
	if size != 0 {
		arg, err = argument(more[:], size)
	}
	return Major(first >> 5), arg, err
}

// inHead returns the argument that the first byte of a head holds, or how many
// bytes after it do; -1 if no head begins so.
func inHead(first byte) (arg uint64, size int) {
	switch info := first & 31; {
	case info < 24:
		return uint64(info), 0
	case info <= 27:
		return 0, 1 << (info - 24)
	}
	return 0, -1
}

// argument reads an argument of size bytes, and refuses one that a shorter head
// holds.
func argument(p []byte, size int) (arg uint64, err error) {
	if size < 0 {
		return 0, ErrNotCanonical
	}
	if len(p) < size {
		return 0, ErrTruncated
	}
	var least uint64
	switch size {
	case 1:
		arg, least = uint64(p[0]), 24
	case 2:
		arg, least = uint64(binary.BigEndian.Uint16(p)), 1<<8
	case 4:
		arg, least = uint64(binary.BigEndian.Uint32(p)), 1<<16
	default:
		arg, least = binary.BigEndian.Uint64(p), 1<<32
	}
	if arg < least {
		return 0, ErrNotCanonical
	}
	return arg, nil
}
