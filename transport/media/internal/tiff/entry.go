package tiff

import (
	"strings"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Type is the type of an entry's values (TIFF 6.0, section 2, "Types").
type Type uint16

// The types that are read. IFD is that of TIFF Technical Note 1: a LONG that is
// the offset of a directory.
const (
	Byte      Type = 1
	ASCII     Type = 2
	Short     Type = 3
	Long      Type = 4
	Rational  Type = 5
	Undefined Type = 7
	IFD       Type = 13
)

// size returns the bytes of one value, zero for types that are not read.
func (t Type) size() int64 {
	switch t {
	case Byte, ASCII, Undefined:
		return 1
	case Short:
		return 2
	case Long, IFD:
		return 4
	case Rational:
		return 8
	}
	return 0
}

// Entry is one field of a directory. Its values belong to the file it was read
// from.
type Entry struct {
	Tag   uint16
	Type  Type
	Count uint32
	value [4]byte
	at    int64 // offset of value
}

// Place returns where the values of e are. It may lie outside of the file.
func (t *File) Place(e Entry) section.Part {
	n := e.Type.size() * int64(e.Count)
	if n <= int64(len(e.value)) {
		return section.Part{Off: e.at, Len: n}
	}
	return section.Part{Off: int64(t.order.Uint32(e.value[:])), Len: n}
}

// Uint returns the first value of a number, of a RATIONAL its whole part. What
// is not there, or no number, is zero.
func (t *File) Uint(e Entry) uint32 {
	if v := t.Uints(e, 1); len(v) > 0 {
		return v[0]
	}
	return 0
}

// Uints returns the values of a number, most at most.
func (t *File) Uints(e Entry, most int) []uint32 {
	size := e.Type.size()
	n := min(int(e.Count), most)
	if n <= 0 || size == 0 || e.Type == ASCII {
		return nil
	}
	b := e.value[:]
	if p := t.Place(e); p.Len > int64(len(b)) {
		b, _ = t.Bytes(section.Part{Off: p.Off, Len: int64(n) * size})
	}
	var v []uint32
	for ; n > 0 && int64(len(b)) >= size; n-- {
		v, b = append(v, t.number(e.Type, b)), b[size:]
	}
	return v
}

func (t *File) number(kind Type, b []byte) uint32 {
	switch kind {
	case Short:
		return uint32(t.order.Uint16(b))
	case Long, IFD:
		return t.order.Uint32(b)
	case Rational:
		return t.order.Uint32(b) / max(1, t.order.Uint32(b[4:]))
	}
	return uint32(b[0])
}

// Text returns an ASCII value of up to 64 bytes without the spaces and zeros at
// its end, or nothing if it is not there as a whole.
func (t *File) Text(e Entry) string {
	const most = 64
	if e.Type != ASCII || e.Count > most {
		return ""
	}
	if e.Count <= uint32(len(e.value)) {
		return strings.TrimRight(string(e.value[:e.Count]), "\x00 ")
	}
	b, _ := t.Bytes(t.Place(e))
	return strings.TrimRight(string(b), "\x00 ")
}
