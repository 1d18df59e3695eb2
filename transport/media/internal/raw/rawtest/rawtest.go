// Package rawtest makes raw files for tests: the structure around the samples of
// the sensor, a few bytes of which stand for all, with any JPEG file as preview.
package rawtest

import (
	"github.com/glimpse-go/glimpse/transport/media/internal/raw"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff/tifftest"
)

// File is what a raw file is to say. Orientation and size are always written.
type File struct {
	Preview, Thumb []byte // JPEG files; Thumb may be nil where there is none
	Orientation    uint16
	Width, Height  uint16 // of the raw picture
	Taken          string // "2006:01:02 15:04:05", or empty
	AdobeRGB       bool
}

// Maker makes a raw file of one media type.
type Maker struct {
	MediaType string
	Make      func(File) []byte
}

// Makers returns a maker for every kind of raw file. A RAF file says its
// orientation, time and colours by its preview only, and an old Sony file (SR2)
// has no kind of its own.
func Makers() []Maker {
	return []Maker{
		{raw.CR2, File.CR2}, {raw.CR3, File.CR3}, {raw.NEF, File.NEF}, {raw.ARW, File.ARW}, {raw.ARW, File.SR2},
		{raw.DNG, File.DNG}, {raw.RAF, File.RAF}, {raw.ORF, File.ORF}, {raw.RW2, File.RW2},
	}
}

// lossless is the beginning of a lossless JPEG file (SOF3), as raw files hold
// their samples, of more pixels than any preview.
var lossless = []byte("\xff\xd8\xff\xc3\x00\x0b\x10\x40\x00\x40\x00\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00\xff\xd9")

// Tags that many kinds have.
const (
	subfileType = 0x00fe
	width       = 0x0100
	height      = 0x0101
	bits        = 0x0102
	compression = 0x0103
	photometric = 0x0106
	maker       = 0x010f
	model       = 0x0110
	strips      = 0x0111
	orientation = 0x0112
	samples     = 0x0115
	rows        = 0x0116
	stripBytes  = 0x0117
	subs        = 0x014a
	jpegAt      = 0x0201
	jpegLength  = 0x0202
	exif        = 0x8769
	makerNote   = 0x927c
	cfa         = 32803
)

// base has the fields of a first directory.
func (f File) base(make, name string) tifftest.Dir {
	return tifftest.Dir{
		tifftest.Text(maker, make), tifftest.Text(model, name),
		tifftest.Short(orientation, f.Orientation),
		tifftest.Sub(exif, f.details()),
	}
}

// details is the EXIF directory.
func (f File) details(more ...tifftest.Field) tifftest.Dir {
	d := append(tifftest.Dir{tifftest.Short(0xa001, 1)}, more...)
	if f.AdobeRGB {
		d[0] = tifftest.Short(0xa001, 0xffff)
		d = append(d, tifftest.Sub(0xa005, tifftest.Dir{tifftest.Text(1, "R03")}))
	}
	if f.Taken != "" {
		d = append(d, tifftest.Text(0x9003, f.Taken))
	}
	return d
}

// sensor is the directory of the samples.
func (f File) sensor(compressed uint16) tifftest.Dir {
	return tifftest.Dir{
		tifftest.Long(subfileType, 0), tifftest.Short(width, f.Width), tifftest.Short(height, f.Height),
		tifftest.Short(bits, 14), tifftest.Short(samples, 1), tifftest.Short(rows, f.Height),
		tifftest.Short(compression, compressed), tifftest.Short(photometric, cfa),
		tifftest.Place(strips, lossless), tifftest.Long(stripBytes, uint32(len(lossless))),
	}
}

// interchange has the fields that name a JPEG file.
func interchange(jpeg []byte) tifftest.Dir {
	if jpeg == nil {
		return nil
	}
	return tifftest.Dir{
		tifftest.Long(subfileType, 1), tifftest.Short(compression, 6),
		tifftest.Place(jpegAt, jpeg), tifftest.Long(jpegLength, uint32(len(jpeg))),
	}
}

// strip has the fields of a JPEG file in one strip.
func strip(jpeg []byte, compressed uint16) tifftest.Dir {
	return tifftest.Dir{
		tifftest.Long(subfileType, 1), tifftest.Short(compression, compressed),
		tifftest.Short(photometric, 6),
		tifftest.Place(strips, jpeg), tifftest.Long(stripBytes, uint32(len(jpeg))),
	}
}

func little(dirs ...tifftest.Dir) []byte {
	return tifftest.File(tifftest.Little, tiff.TIFF, dirs...)
}

func big(dirs ...tifftest.Dir) []byte {
	return tifftest.File(tifftest.Big, tiff.TIFF, dirs...)
}
