// Package tiff reads the directories of TIFF structures: those of EXIF data,
// TIFF pictures and most raw files (TIFF 6.0, section 2).
//
// Nothing is read but what is asked for. The directories of a file are counted
// and none is read twice, so that hostile files can neither loop nor ask for
// much memory.
package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

const (
	maxDirs    = 64
	maxEntries = 512
	headerSize = 8
	entrySize  = 12
)

// Magic is the number behind the byte order, which says what kind of file this
// is.
type Magic uint16

// The magic numbers of TIFF and of the raw files that are made like TIFF.
const (
	TIFF       Magic = 42
	Olympus    Magic = 0x4f52 // "OR"
	OlympusOld Magic = 0x5352 // "SR"
	Panasonic  Magic = 0x55
)

var (
	// ErrFormat says that this is not a TIFF structure.
	ErrFormat = errors.New("not a TIFF structure")
	// ErrDirectory says that a directory is not there, was read before, or is one
	// too many.
	ErrDirectory = errors.New("bad TIFF directory")
)

// File is an opened TIFF structure. All offsets count from its first byte. It
// is for one goroutine.
type File struct {
	section.File
	Magic Magic
	First uint32 // offset of the first directory
	order binary.ByteOrder
	seen  map[uint32]bool
}

// Open reads the header of a TIFF structure. The error is [ErrFormat],
// [section.ErrShort] or that of the reader.
func Open(f section.File) (*File, error) {
	b, err := f.Bytes(section.Part{Len: headerSize})
	if err != nil {
		return nil, err
	}
	t := &File{File: f, seen: map[uint32]bool{}}
	switch string(b[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return nil, ErrFormat
	}
	t.Magic, t.First = Magic(t.order.Uint16(b[2:])), t.order.Uint32(b[4:])
	switch t.Magic {
	case TIFF, Olympus, OlympusOld, Panasonic:
		return t, nil
	}
	return nil, ErrFormat
}

// Sub returns the structure of the same byte order that begins at off, as the
// notes of some makers do. It has no header, and counts its own directories.
func (t *File) Sub(off int64) *File {
	f := section.File{R: t.Reader(section.Part{Off: off, Len: t.Size}), Size: max(0, t.Size-off)}
	return &File{File: f, Magic: t.Magic, order: t.order, seen: map[uint32]bool{}}
}

// Dir is one directory.
type Dir struct {
	Entries []Entry
	Next    uint32 // offset of the next directory, zero if there is none
}

// Dir reads the directory at off. One that is cut short has the entries that are
// there. The error is [ErrDirectory], [section.ErrShort] or that of the reader.
func (t *File) Dir(off uint32) (Dir, error) {
	if off == 0 || t.seen[off] || len(t.seen) >= maxDirs {
		return Dir{}, fmt.Errorf("%w at %d", ErrDirectory, off)
	}
	t.seen[off] = true
	head, err := t.Bytes(section.Part{Off: int64(off), Len: 2})
	if err != nil {
		return Dir{}, err
	}
	n := int(t.order.Uint16(head))
	if n > maxEntries {
		return Dir{}, fmt.Errorf("%w at %d: %d entries", ErrDirectory, off, n)
	}
	at := int64(off) + 2
	b, err := t.Upto(section.Part{Off: at, Len: int64(n)*entrySize + 4})
	return t.entries(at, n, b), err
}

func (t *File) entries(at int64, n int, b []byte) (d Dir) {
	for ; n > 0 && len(b) >= entrySize; n-- {
		d.Entries = append(d.Entries, Entry{
			Tag:   t.order.Uint16(b),
			Type:  Type(t.order.Uint16(b[2:])),
			Count: t.order.Uint32(b[4:]),
			value: [4]byte(b[8:]),
			at:    at + 8,
		})
		b, at = b[entrySize:], at+entrySize
	}
	if n == 0 && len(b) >= 4 {
		d.Next = t.order.Uint32(b)
	}
	return d
}

// Find returns the entry with the given tag. One that is not there has no
// values.
func (d Dir) Find(tag uint16) Entry {
	for _, e := range d.Entries {
		if e.Tag == tag {
			return e
		}
	}
	return Entry{}
}
