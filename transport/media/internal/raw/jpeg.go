package raw

import (
	"encoding/binary"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
)

// jpeg is what the segments of a JPEG file before its first scan say.
type jpeg struct {
	w, h int
	app1 section.Part // EXIF data
}

// maxSegments bounds the segments of a JPEG file that are looked at.
const maxSegments = 200

// readJPEG reads the segments at p (ITU-T T.81, annex B). It refuses what the
// decoders cannot read, above all lossless frames, which hold the samples of the
// sensor and not a preview.
func readJPEG(f section.File, p section.Part) (j jpeg, ok bool) {
	head, err := f.Upto(section.Part{Off: p.Off, Len: 2})
	if err != nil || string(head) != "\xff\xd8" {
		return j, false
	}
	p = section.Part{Off: p.Off + 2, Len: p.Len - 2}
	for range maxSegments {
		b, err := f.Upto(section.Part{Off: p.Off, Len: min(10, p.Len)})
		if err != nil || len(b) < 10 || b[0] != 0xff {
			return j, false
		}
		n := 2 + int64(binary.BigEndian.Uint16(b[2:]))
		switch marker := b[1]; {
		case marker == 0xff: // fill byte
			n = 1
		case marker >= 0xc0 && marker <= 0xc2:
			j.h, j.w = int(binary.BigEndian.Uint16(b[5:])), int(binary.BigEndian.Uint16(b[7:]))
			return j, j.w > 0 && j.h > 0
		case marker == 0xe1 && string(b[4:10]) == "Exif\x00\x00":
			j.app1 = section.Part{Off: p.Off + 10, Len: n - 10}
		case marker != 0xc4 && marker < 0xdb || marker == 0xdc:
			return j, false // another frame, or no segment before a frame
		}
		p = section.Part{Off: p.Off + n, Len: p.Len - n}
	}
	return j, false
}

// exif returns what the EXIF data of the JPEG file says.
func (j jpeg) exif(f section.File) tiff.EXIF {
	data, _ := f.Upto(j.app1)
	return tiff.ParseEXIF(data)
}
