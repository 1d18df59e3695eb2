package media

import (
	"bytes"
	"encoding/binary"
	"time"
)

// maxEXIF bounds the EXIF data that is looked at. In a JPEG file it cannot be
// larger, as it is one segment.
const maxEXIF = 1 << 16

// Tags of EXIF 2.32 (CIPA DC-008), sections 4.6.4 and 4.6.5, and the field
// types of TIFF 6.0, section 2.
const (
	tagOrientation    = 0x0112
	tagThumbOffset    = 0x0201
	tagThumbLength    = 0x0202
	tagExifIFD        = 0x8769
	tagTaken          = 0x9003
	tagTakenOffset    = 0x9011
	typeASCII         = 2
	typeShort         = 3
	typeLong          = 4
	maxEntries        = 512
	entrySize         = 12
	exifTime          = "2006:01:02 15:04:05"
	exifTimeAndOffset = exifTime + "-07:00"
)

// exif is what is wanted of the EXIF data; what is absent or ill-formed is zero.
//
// It is read here rather than by a library because those at hand can be made to
// loop for ever, or to ask for gigabytes, by a few bytes of hostile input.
// These functions visit three directories at most, each once, and allocate
// nothing but two short texts.
type exif struct {
	orientation int // 1 to 8, 1 if absent
	taken       time.Time
	thumb       []byte // part of the data given
}

type tiff struct {
	data  []byte
	order binary.ByteOrder
}

type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte // 4 bytes: the value, or where it is
}

// parseEXIF reads a TIFF structure as it stands in EXIF data.
func parseEXIF(data []byte) exif {
	x := exif{orientation: 1}
	t, first := openTIFF(data)
	if t.order == nil {
		return x
	}
	var details, thumbAt, thumbLen uint32
	var taken, offset string
	second := t.each(first, func(e entry) {
		switch v := t.uint(e); e.tag {
		case tagOrientation:
			if v >= 1 && v <= 8 {
				x.orientation = int(v)
			}
		case tagExifIFD:
			details = v
		}
	})
	t.each(details, func(e entry) {
		switch e.tag {
		case tagTaken:
			taken = t.text(e)
		case tagTakenOffset:
			offset = t.text(e)
		}
	})
	t.each(second, func(e entry) {
		switch e.tag {
		case tagThumbOffset:
			thumbAt = t.uint(e)
		case tagThumbLength:
			thumbLen = t.uint(e)
		}
	})
	x.taken = parseTaken(taken, offset)
	x.thumb = t.slice(thumbAt, thumbLen)
	return x
}

func parseTaken(taken, offset string) time.Time {
	if at, err := time.Parse(exifTimeAndOffset, taken+offset); err == nil {
		return at
	}
	at, err := time.Parse(exifTime, taken)
	if err != nil {
		return time.Time{}
	}
	return at
}

// openTIFF reads the header (TIFF 6.0, section 2) and gives the offset of the
// first directory. The order is nil if this is not a TIFF structure.
func openTIFF(data []byte) (tiff, uint32) {
	t := tiff{data: data[:min(len(data), maxEXIF)]}
	switch {
	case bytes.HasPrefix(t.data, []byte("II*\x00")):
		t.order = binary.LittleEndian
	case bytes.HasPrefix(t.data, []byte("MM\x00*")):
		t.order = binary.BigEndian
	default:
		return t, 0
	}
	at := t.slice(4, 4)
	if at == nil {
		return tiff{}, 0
	}
	return t, t.order.Uint32(at)
}

// each calls f for the entries of the directory at off and gives the offset of
// the next directory. Zero stands for no directory.
func (t tiff) each(off uint32, f func(entry)) (next uint32) {
	head := t.slice(off, 2)
	if off == 0 || head == nil {
		return 0
	}
	n := uint32(t.order.Uint16(head))
	if n > maxEntries {
		return 0
	}
	for i := range n {
		b := t.slice(off+2+i*entrySize, entrySize)
		if b == nil {
			return 0
		}
		f(entry{t.order.Uint16(b), t.order.Uint16(b[2:]), t.order.Uint32(b[4:]), b[8:]})
	}
	if b := t.slice(off+2+n*entrySize, 4); b != nil {
		return t.order.Uint32(b)
	}
	return 0
}

// uint gives the first value of a SHORT or LONG entry, else zero.
func (t tiff) uint(e entry) uint32 {
	switch {
	case e.count == 0:
		return 0
	case e.kind == typeShort:
		return uint32(t.order.Uint16(e.value))
	case e.kind == typeLong:
		return t.order.Uint32(e.value)
	}
	return 0
}

// text gives the value of a short ASCII entry, which always stands elsewhere
// because all texts wanted here are longer than four bytes.
func (t tiff) text(e entry) string {
	if e.kind != typeASCII || e.count <= 4 || e.count > 64 {
		return ""
	}
	b := t.slice(t.order.Uint32(e.value), e.count)
	return string(bytes.TrimRight(b, "\x00 "))
}

// slice gives n bytes at off, or nil if they are not all there.
func (t tiff) slice(off, n uint32) []byte {
	if end := uint64(off) + uint64(n); n == 0 || end > uint64(len(t.data)) {
		return nil
	}
	return t.data[off : off+n : off+n]
}
