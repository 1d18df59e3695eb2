package tiff

import (
	"time"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Tags of EXIF 2.32 (CIPA DC-008), sections 4.6.3 to 4.6.8.
const (
	tagOrientation = 0x0112
	tagJPEG        = 0x0201
	tagJPEGLength  = 0x0202
	tagExif        = 0x8769
	tagTaken       = 0x9003
	tagTakenOffset = 0x9011
	tagColorSpace  = 0xa001
	tagInterop     = 0xa005
	tagInteropKind = 0x0001
)

// EXIF is what is wanted of EXIF data. What is absent or ill-formed is zero.
type EXIF struct {
	Orientation int       // 1 to 8, 1 if absent
	Taken       time.Time // DateTimeOriginal; without an offset the local time stands as UTC
	Thumb       section.Part
	AdobeRGB    bool // the picture's colours are those of Adobe RGB (1998), DCF 2.0
}

// ParseEXIF reads EXIF data, without the "Exif\0\0" before it. Data that is not
// EXIF says nothing. At most four directories are read.
func ParseEXIF(data []byte) EXIF {
	x := EXIF{Orientation: 1}
	t, err := Open(section.Memory(data))
	if err != nil || t.Magic != TIFF {
		return x
	}
	first, _ := t.Dir(t.First)
	x.Orientation = t.Orientation(first)
	t.details(first, &x)
	if second, err := t.Dir(first.Next); err == nil {
		if p := t.JPEG(second); t.Has(p) {
			x.Thumb = p
		}
	}
	return x
}

// Orientation returns that of a picture in the directory, 1 to 8, 1 if absent.
func (t *File) Orientation(d Dir) int {
	e := d.Find(tagOrientation)
	if v := t.Uint(e); (e.Type == Short || e.Type == Long) && v >= 1 && v <= 8 {
		return int(v)
	}
	return 1
}

// JPEG returns where the directory says that a JPEG file is
// (JPEGInterchangeFormat). It may lie outside of the file.
func (t *File) JPEG(d Dir) section.Part {
	return section.Part{
		Off: int64(t.Uint(d.Find(tagJPEG))),
		Len: int64(t.Uint(d.Find(tagJPEGLength))),
	}
}

// Details reads the EXIF directory that d points to: when the picture was
// taken, and whether it is in Adobe RGB. The other fields are zero.
func (t *File) Details(d Dir) (x EXIF) {
	t.details(d, &x)
	return x
}

func (t *File) details(first Dir, x *EXIF) {
	d, err := t.Dir(t.Uint(first.Find(tagExif)))
	if err != nil {
		return
	}
	x.Taken = t.Taken(d)
	x.AdobeRGB = t.Adobe(d)
}

// Taken returns when the picture of the EXIF directory d was taken.
func (t *File) Taken(d Dir) time.Time {
	return parseTaken(t.Text(d.Find(tagTaken)), t.Text(d.Find(tagTakenOffset)))
}

// Adobe reports whether the EXIF directory says Adobe RGB: by the "R03" of DCF
// 2.0, or by the colour space 2 that some cameras write.
func (t *File) Adobe(d Dir) bool {
	if t.Uint(d.Find(tagColorSpace)) == 2 {
		return true
	}
	interop, _ := t.Dir(t.Uint(d.Find(tagInterop)))
	return t.Text(interop.Find(tagInteropKind)) == "R03"
}

func parseTaken(taken, offset string) time.Time {
	const layout = "2006:01:02 15:04:05"
	if at, err := time.Parse(layout+"-07:00", taken+offset); err == nil {
		return at
	}
	at, err := time.Parse(layout, taken)
	if err != nil {
		return time.Time{}
	}
	return at
}
