package raw

import (
	"encoding/binary"

	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
)

// Canon's boxes of CR3 files.
const (
	canonMeta    = "uuid\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48"
	canonPreview = "uuid\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16"
	// canonJPEG is where the JPEG file begins in THMB and PRVW boxes.
	canonJPEG = 16
	// canonBefore is what precedes the PRVW box in its "uuid" box.
	canonBefore = 8
)

// canon reads a CR3 file: previews of three sizes, the largest of which is the
// only sample of the first track.
func (x *finder) canon() error {
	x.MediaType = CR3
	w := &bmff.Walker{File: x.File}
	return w.Each(w.Whole(), func(b bmff.Box) error {
		switch b.Type {
		case "moov":
			return w.Each(b.Part, func(b bmff.Box) error { return x.canonMovie(w, b) })
		case canonPreview:
			return w.Each(behind(b.Part, canonBefore), x.canonBox)
		}
		return nil
	})
}

func (x *finder) canonMovie(w *bmff.Walker, b bmff.Box) error {
	switch b.Type {
	case canonMeta:
		return w.Each(b.Part, x.canonBox)
	case "trak":
		return x.canonTrack(w, b.Part)
	}
	return nil
}

// canonBox reads the boxes that have a JPEG file or a TIFF directory in them.
func (x *finder) canonBox(b bmff.Box) error {
	switch b.Type {
	case "THMB", "PRVW":
		x.offer(behind(b.Part, canonJPEG))
	case "CMT1", "CMT2":
		x.canonDir(b)
	}
	return nil
}

// canonDir reads the first directory (CMT1) or that of EXIF (CMT2).
func (x *finder) canonDir(b bmff.Box) {
	data, _ := x.Upto(section.Part{Off: b.Off, Len: min(b.Len, 1<<16)})
	t, err := tiff.Open(section.Memory(data))
	if err != nil {
		return
	}
	d, _ := t.Dir(t.First)
	if b.Type == "CMT2" {
		x.describe(t, d)
		return
	}
	p := t.Picture(d)
	x.Orientation, x.Width, x.Height = p.Orientation, p.Width, p.Height
}

// canonTrack offers the first sample of a track (ISO/IEC 14496-12, sections
// 8.7.3 and 8.7.5).
func (x *finder) canonTrack(w *bmff.Walker, trak section.Part) error {
	table, err := w.Find(trak, "mdia", "minf", "stbl")
	if err != nil {
		return err
	}
	var p section.Part
	err = w.Each(table, func(b bmff.Box) error {
		body, err := x.Upto(section.Part{Off: b.Off, Len: min(b.Len, 16)})
		switch {
		case len(body) < 12:
		case b.Type == "stsz":
			if p.Len = int64(binary.BigEndian.Uint32(body[4:])); p.Len == 0 && len(body) == 16 {
				p.Len = int64(binary.BigEndian.Uint32(body[12:]))
			}
		case b.Type == "stco":
			p.Off = int64(binary.BigEndian.Uint32(body[8:]))
		case b.Type == "co64" && len(body) == 16:
			p.Off = int64(binary.BigEndian.Uint64(body[8:]))
		}
		return err
	})
	x.offer(p)
	return err
}

func behind(p section.Part, n int64) section.Part {
	return section.Part{Off: p.Off + n, Len: p.Len - n}
}
