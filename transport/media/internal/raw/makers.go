package raw

import (
	"bytes"
	"encoding/binary"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
)

// Panasonic's tags in the first directory of RW2 files.
const (
	tagPanasonicTop    = 0x0004
	tagPanasonicLeft   = 0x0005
	tagPanasonicBottom = 0x0006
	tagPanasonicRight  = 0x0007
	tagPanasonicJPEG   = 0x002e
)

// panasonic offers the JPEG file that is a value of the first directory, and
// reads the borders of the picture on the sensor.
func (x *finder) panasonic(t *tiff.File, first tiff.Dir) {
	x.offer(t.Place(first.Find(tagPanasonicJPEG)))
	number := func(tag uint16) int { return int(t.Uint(first.Find(tag))) }
	x.Width = max(0, number(tagPanasonicRight)-number(tagPanasonicLeft))
	x.Height = max(0, number(tagPanasonicBottom)-number(tagPanasonicTop))
}

// Tags of the notes of Olympus and OM System cameras.
const (
	tagMakerNote       = 0x927c
	tagOlympusSettings = 0x2020
	tagOlympusJPEG     = 0x0101
	tagOlympusLength   = 0x0102
)

// olympusNotes has how the notes begin, where their directory is, and whether
// offsets count from the beginning of the notes rather than from that of the
// file.
var olympusNotes = []struct {
	begin string
	dir   uint32
	own   bool
}{
	{"OLYMPUS\x00", 12, true},
	{"OM SYSTEM\x00\x00\x00", 16, true},
	{"OLYMP\x00", 8, false},
}

// olympus offers the preview that the notes of the maker name.
func (x *finder) olympus(t *tiff.File, details tiff.Dir) {
	notes := t.Place(details.Find(tagMakerNote))
	head, _ := x.Upto(section.Part{Off: notes.Off, Len: min(16, notes.Len)})
	for _, n := range olympusNotes {
		if !bytes.HasPrefix(head, []byte(n.begin)) {
			continue
		}
		base, file, at := notes.Off, t.Sub(notes.Off), n.dir
		if !n.own {
			base, file, at = 0, t, uint32(notes.Off)+n.dir
		}
		x.olympusSettings(file, base, at)
		return
	}
}

// olympusSettings reads the notes at offset at of t, which begins at base.
func (x *finder) olympusSettings(t *tiff.File, base int64, at uint32) {
	notes, err := t.Dir(at)
	if err != nil {
		return
	}
	e := notes.Find(tagOlympusSettings)
	at = t.Uint(e)
	if e.Type == tiff.Undefined { // the directory is the value
		at = uint32(t.Place(e).Off)
	}
	settings, err := t.Dir(at)
	if err != nil {
		return
	}
	x.offer(section.Part{
		Off: base + int64(t.Uint(settings.Find(tagOlympusJPEG))),
		Len: int64(t.Uint(settings.Find(tagOlympusLength))),
	})
}

const (
	fujiMagic = "FUJIFILMCCD-RAW "
	fujiSize  = 0x0111 // tag: height and width of the picture after cropping
)

// fuji reads the header of a RAF file: at 84 the place of the preview, at 92 that
// of a table of big-endian records.
func (x *finder) fuji() error {
	x.MediaType = RAF
	b, err := x.Bytes(section.Part{Off: 84, Len: 16})
	if err != nil {
		return err
	}
	place := func(b []byte) section.Part {
		return section.Part{Off: int64(binary.BigEndian.Uint32(b)), Len: int64(binary.BigEndian.Uint32(b[4:]))}
	}
	x.offer(place(b))
	table := place(b[8:])
	table.Len = min(table.Len, 1<<16)
	records, err := x.Upto(table)
	x.fujiTable(records)
	return err
}

// fujiTable reads the records: tag, length and value.
func (x *finder) fujiTable(b []byte) {
	if len(b) < 4 {
		return
	}
	b = b[4:] // count, which the length says, too
	for len(b) >= 4 {
		tag, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if n > len(b) {
			return
		}
		if tag == fujiSize && n >= 4 {
			x.Height, x.Width = int(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[2:]))
		}
		b = b[n:]
	}
}
