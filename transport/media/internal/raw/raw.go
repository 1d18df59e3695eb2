// Package raw finds the JPEG preview in raw files of Canon (CR2, CR3), Nikon
// (NEF), Sony (ARW, SR2), Adobe (DNG), Fujifilm (RAF), Olympus (ORF) and
// Panasonic (RW2), and what these files say of the picture.
//
// The formats have no public standard but that of Adobe (DNG 1.7) and those
// they are built upon, TIFF 6.0 and ISO/IEC 14496-12; the rest is known from the
// descriptions of ExifTool and LibRaw. The samples of the sensor are not read.
package raw

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
)

var (
	// ErrFormat says that a file is not one of the raw files known here.
	ErrFormat = errors.New("not a known raw file")
	// ErrNoPreview says that a raw file has no JPEG preview that can be shown.
	ErrNoPreview = errors.New("no JPEG preview in the raw file")
)

// Media types of raw files (not registered with IANA, but in general use).
const (
	CR2 = "image/x-canon-cr2"
	CR3 = "image/x-canon-cr3"
	NEF = "image/x-nikon-nef"
	ARW = "image/x-sony-arw"
	DNG = "image/x-adobe-dng"
	RAF = "image/x-fuji-raf"
	ORF = "image/x-olympus-orf"
	RW2 = "image/x-panasonic-rw2"
)

// Preview is the largest JPEG picture in a raw file, and what the raw file says.
type Preview struct {
	MediaType string // of the raw file
	// JPEG is where the preview is: a baseline, extended or progressive JPEG file
	// that begins in the raw file and ends there.
	JPEG section.Part
	// Orientation is that of the raw file, 1 to 8, 1 if it does not say. It holds
	// for the preview, whatever the preview itself says; only RAF files say
	// nothing, so there it is the preview's own.
	Orientation int
	// Width and Height are the size of the raw picture before it is turned; that
	// of the preview where the raw file does not say it.
	Width, Height int
	Taken         time.Time // as that of [tiff.EXIF]
	AdobeRGB      bool      // the preview is in Adobe RGB
}

// Read finds the preview in a file of the given size in bytes. Beside the error
// [ErrNoPreview] the other fields are filled in; beside other errors MediaType
// is, if it is known. Those are [ErrFormat], errors of packages tiff and bmff for
// damaged files, and that of the reader.
func Read(r io.ReaderAt, size int64) (Preview, error) {
	x := &finder{File: section.File{R: r, Size: size}, Preview: Preview{Orientation: 1}}
	if err := x.read(); err != nil {
		return x.Preview, fmt.Errorf("raw: %w", err)
	}
	if x.JPEG.Len == 0 {
		return x.Preview, ErrNoPreview
	}
	x.complete()
	return x.Preview, nil
}

// finder collects what is found.
type finder struct {
	section.File
	Preview
	best   jpeg // the preview at JPEG
	offers int
}

func (x *finder) read() error {
	head, err := x.Upto(section.Part{Len: 16})
	if err != nil {
		return err
	}
	switch {
	case string(head) == fujiMagic:
		return x.fuji()
	case bmff.Sniff(head) == CR3:
		return x.canon()
	}
	t, err := tiff.Open(x.File)
	if err != nil {
		return ErrFormat
	}
	return x.tiff(t)
}

// maxOffers bounds the places that are looked at.
const maxOffers = 256

// offer keeps the JPEG picture at p if there is one, and it is larger than what
// was found before.
func (x *finder) offer(p section.Part) {
	if x.offers++; x.offers > maxOffers || !x.Has(p) {
		return
	}
	j, ok := readJPEG(x.File, p)
	if ok && j.w*j.h > x.best.w*x.best.h {
		x.best, x.JPEG = j, p
	}
}

// complete adds from the preview what the raw file did not say.
func (x *finder) complete() {
	if x.Width == 0 || x.Height == 0 {
		x.Width, x.Height = x.best.w, x.best.h
	}
	exif := x.best.exif(x.File)
	if x.Taken.IsZero() {
		x.Taken = exif.Taken
	}
	if x.MediaType == RAF {
		x.Orientation, x.AdobeRGB = exif.Orientation, exif.AdobeRGB
	}
}
