package raw

import (
	"strings"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
)

// Tags of TIFF 6.0 and TIFF/EP (ISO 12234-2), of DNG 1.7, and of their makers.
const (
	tagMake        = 0x010f
	tagStrips      = 0x0111
	tagStripBytes  = 0x0117
	tagSubs        = 0x014a
	tagExif        = 0x8769
	tagDNGVersion  = 0xc612
	tagSR2Private  = 0xc634
	tagPhotometric = 0x0106
)

// Photometric interpretations of samples of a sensor.
const (
	colourFilterArray = 32803
	linearRaw         = 34892
)

// maxSubs bounds the directories that one entry names.
const maxSubs = 16

// tiff reads a raw file that is built like TIFF.
func (x *finder) tiff(t *tiff.File) error {
	first, err := t.Dir(t.First)
	if err != nil {
		return err
	}
	dirs := append([]tiff.Dir{first}, others(t, first)...)
	if x.MediaType = x.kind(t, dirs); x.MediaType == "" {
		return ErrFormat
	}
	x.Orientation = t.Orientation(first)
	for _, d := range dirs {
		x.look(t, d)
	}
	details, err := t.Dir(t.Uint(first.Find(tagExif)))
	switch {
	case err == nil && x.MediaType == ORF:
		x.olympus(t, details)
	case x.MediaType == RW2:
		x.panasonic(t, first)
	}
	x.describe(t, details)
	return nil
}

// describe keeps what an EXIF directory says.
func (x *finder) describe(t *tiff.File, details tiff.Dir) {
	x.Taken, x.AdobeRGB = t.Taken(details), t.Adobe(details)
}

// others returns the directories that follow d, and those that they name.
func others(t *tiff.File, d tiff.Dir) (dirs []tiff.Dir) {
	for _, at := range append(t.Uints(d.Find(tagSubs), maxSubs), d.Next) {
		if sub, err := t.Dir(at); err == nil {
			dirs = append(dirs, sub)
			dirs = append(dirs, others(t, sub)...)
		}
	}
	return dirs
}

// look offers the JPEG files that a directory names, and keeps the largest size.
func (x *finder) look(t *tiff.File, d tiff.Dir) {
	x.offer(t.JPEG(d))
	p := t.Picture(d)
	if p.Width*p.Height > x.Width*x.Height {
		x.Width, x.Height = p.Width, p.Height
	}
	strips, sizes := t.Uints(d.Find(tagStrips), 2), t.Uints(d.Find(tagStripBytes), 2)
	if !isRaw(p) && len(strips) == 1 && len(sizes) == 1 {
		x.offer(section.Part{Off: int64(strips[0]), Len: int64(sizes[0])})
	}
}

func isRaw(p tiff.Picture) bool {
	return p.Photometric == colourFilterArray || p.Photometric == linearRaw
}

// kind tells the media type, or nothing. A maker's software also writes finished
// pictures as TIFF, which have no samples of a sensor.
func (x *finder) kind(t *tiff.File, dirs []tiff.Dir) string {
	first := dirs[0]
	maker := strings.ToUpper(t.Text(first.Find(tagMake)))
	mark, _ := x.Upto(section.Part{Off: 8, Len: 3})
	sensor := first.Find(tagSR2Private).Count > 0
	for _, d := range dirs {
		sensor = sensor || t.Uint(d.Find(tagPhotometric)) == colourFilterArray
	}
	switch {
	case t.Magic == tiff.Panasonic:
		return RW2
	case t.Magic != tiff.TIFF:
		return ORF
	case first.Find(tagDNGVersion).Count > 0:
		return DNG
	case string(mark) == "CR\x02":
		return CR2
	case sensor && strings.HasPrefix(maker, "NIKON"):
		return NEF
	case sensor && strings.HasPrefix(maker, "SONY"):
		return ARW
	}
	return ""
}
