package mediatest

import (
	"encoding/binary"
	"slices"
	"time"
)

// EXIF is what a camera says in a JPEG file (EXIF 2.32). The zero value is no
// EXIF data.
type EXIF struct {
	Orientation int       // 1 to 8; zero is absent
	Taken       time.Time // DateTimeOriginal, with its offset from UTC; zero is absent
	Thumbnail   []byte    // a JPEG of at most 60 KB; nil is absent
	Place       bool      // adds a GPS position, which must never be handed out
	AdobeRGB    bool      // says that the colours are those of Adobe RGB (DCF 2.0)
}

// AddTo returns a copy of a JPEG file with the EXIF data in it, as its first
// segment. It panics if the thumbnail is too large for a segment.
func (x EXIF) AddTo(jpeg []byte) []byte {
	data := x.Bytes()
	if data == nil {
		return slices.Clone(jpeg)
	}
	n := 2 + len("Exif\x00\x00") + len(data)
	if n > 0xffff {
		panic("mediatest: thumbnail too large for a JPEG segment")
	}
	head := []byte{0xff, 0xd8, 0xff, 0xe1, byte(n >> 8), byte(n)}
	return slices.Concat(head, []byte("Exif\x00\x00"), data, jpeg[2:])
}

// Bytes returns the EXIF data as a TIFF structure (TIFF 6.0, section 2), as it
// stands in PNG and WebP files; nil for the zero value.
func (x EXIF) Bytes() []byte {
	if x.Orientation == 0 && x.Taken.IsZero() && x.Thumbnail == nil && !x.Place && !x.AdobeRGB {
		return nil
	}
	var main, details, interop, place, thumb directory
	if x.Orientation != 0 {
		main.short(0x0112, x.Orientation)
	}
	if !x.Taken.IsZero() {
		details.text(0x9003, x.Taken.Format("2006:01:02 15:04:05"))
		details.text(0x9011, x.Taken.Format("-07:00"))
	}
	if x.AdobeRGB {
		details.short(0xa001, 0xffff)
		details.long(0xa005, 0)
		interop.text(1, "R03")
	}
	if x.Place {
		place.text(1, "N")
		place.add(2, 5, 3, latitude)
	}
	if x.Thumbnail != nil {
		thumb.short(0x0103, 6)
		thumb.add(0x0201, 4, 1, x.Thumbnail)
		thumb.long(0x0202, len(x.Thumbnail))
	}
	return layOut(main, details, interop, place, thumb)
}

// latitude is 40° 26' 46", as three fractions.
var latitude = func() (b []byte) {
	for _, v := range []uint32{40, 1, 26, 1, 46, 1} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}()

// directory is a TIFF directory; values of more than four bytes, and the
// thumbnail, are put behind it.
type directory []field

type field struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

func (d *directory) add(tag, kind uint16, count int, value []byte) {
	*d = append(*d, field{tag, kind, uint32(count), value})
}

func (d *directory) short(tag uint16, v int) {
	d.add(tag, 3, 1, []byte{byte(v >> 8), byte(v), 0, 0})
}

func (d *directory) long(tag uint16, v int) {
	d.add(tag, 4, 1, binary.BigEndian.AppendUint32(nil, uint32(v)))
}

func (d *directory) text(tag uint16, s string) {
	d.add(tag, 2, len(s)+1, append([]byte(s), 0))
}

func (d directory) size() int { return 2 + 12*len(d) + 4 }

// layOut puts the directories one after another, big-endian, each followed by
// its values. The pointers from the main one are always written.
func layOut(main, details, interop, place, thumb directory) []byte {
	main.long(0x8769, 0)
	main.long(0x8825, 0)
	detailsAt := 8 + main.size()
	interopAt := detailsAt + details.length()
	placeAt := interopAt + interop.length()
	thumbAt := placeAt + place.length()
	point := func(d directory, tag uint16, at int) {
		for i := range d {
			if d[i].tag == tag {
				d[i].value = binary.BigEndian.AppendUint32(nil, uint32(at))
			}
		}
	}
	point(main, 0x8769, detailsAt)
	point(main, 0x8825, placeAt)
	point(details, 0xa005, interopAt)
	next := 0
	if len(thumb) > 0 {
		next = thumbAt
	}
	b := main.appendTo([]byte("MM\x00*\x00\x00\x00\x08"), next)
	for _, d := range []directory{details, interop, place} {
		b = d.appendTo(b, 0)
	}
	if len(thumb) > 0 {
		b = thumb.appendTo(b, 0)
	}
	return b
}

// length is the size of the directory with its values.
func (d directory) length() int {
	n := d.size()
	for _, f := range d {
		if f.apart() {
			n += len(f.value)
		}
	}
	return n
}

// apart says whether the value stands behind the directory.
func (f field) apart() bool { return len(f.value) > 4 }

func (d directory) appendTo(b []byte, next int) []byte {
	at := uint32(len(b) + d.size())
	b = binary.BigEndian.AppendUint16(b, uint16(len(d)))
	var values []byte
	for _, f := range d {
		b = binary.BigEndian.AppendUint16(b, f.tag)
		b = binary.BigEndian.AppendUint16(b, f.kind)
		b = binary.BigEndian.AppendUint32(b, f.count)
		if f.apart() {
			b = binary.BigEndian.AppendUint32(b, at+uint32(len(values)))
			values = append(values, f.value...)
		} else {
			b = append(b, append(slices.Clone(f.value), 0, 0, 0, 0)[:4]...)
		}
	}
	b = binary.BigEndian.AppendUint32(b, uint32(next))
	return append(b, values...)
}
