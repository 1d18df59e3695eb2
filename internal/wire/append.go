package wire

import "encoding/binary"

// Major types, RFC 8949 section 3.1.
const (
	majorUint  = 0
	majorBytes = 2
	majorText  = 3
	majorArray = 4
	majorMap   = 5
	majorTag   = 6
)

func appendHead(b []byte, major byte, arg uint64) []byte {
	m := major << 5
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

// AppendUint appends an unsigned integer.
func AppendUint(b []byte, v uint64) []byte { return appendHead(b, majorUint, v) }

// AppendBytes appends a byte string.
func AppendBytes(b, s []byte) []byte { return append(AppendBytesHead(b, len(s)), s...) }

// AppendBytesHead appends the head of a byte string of n bytes, which follow.
func AppendBytesHead(b []byte, n int) []byte { return appendHead(b, majorBytes, uint64(n)) }

// AppendText appends a text string; s is valid UTF-8.
func AppendText(b []byte, s string) []byte {
	return append(AppendTextHead(b, len(s)), s...)
}

// AppendTextHead appends the head of a text string of n bytes, which follow.
func AppendTextHead(b []byte, n int) []byte { return appendHead(b, majorText, uint64(n)) }

// AppendArray appends the head of an array of n items, which follow.
func AppendArray(b []byte, n int) []byte { return appendHead(b, majorArray, uint64(n)) }

// AppendMap appends the head of a map of n pairs, which follow in the order of
// their encoded keys.
func AppendMap(b []byte, n int) []byte { return appendHead(b, majorMap, uint64(n)) }

// AppendTag appends a tag, whose item follows.
func AppendTag(b []byte, tag uint64) []byte { return appendHead(b, majorTag, tag) }
