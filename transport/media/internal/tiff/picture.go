package tiff

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Tags of TIFF 6.0, section 8 and later, and of ICC.1:2022, annex B.4.
const (
	tagWidth        = 0x0100
	tagHeight       = 0x0101
	tagBits         = 0x0102
	tagCompression  = 0x0103
	tagPhotometric  = 0x0106
	tagSamples      = 0x0115
	tagPlanar       = 0x011c
	tagRowsPerStrip = 0x0116
	tagStripBytes   = 0x0117
	tagTileWidth    = 0x0142
	tagTileHeight   = 0x0143
	tagTileBytes    = 0x0145
	tagExtraSamples = 0x0152
	tagSampleFormat = 0x0153
	tagProfile      = 0x8773
)

var (
	// ErrUnsupported says that a TIFF picture is of a kind that the decoder
	// (golang.org/x/image/tiff) does not know.
	ErrUnsupported = errors.New("unsupported TIFF picture")
	// ErrPicture says that a TIFF picture's header makes no sense.
	ErrPicture = errors.New("bad TIFF picture")
)

// maxProfile bounds an ICC profile.
const maxProfile = 4 << 20

// Picture is what the first directory of a TIFF file says of its picture.
type Picture struct {
	Width, Height int // as stored, not turned
	Orientation   int // 1 to 8, 1 if absent
	Bits          int // of one sample
	Samples       int // of one pixel
	Compression   int
	Photometric   int
	Profile       section.Part // ICC profile, of 4 MiB at most
	EXIF          EXIF         // Taken and AdobeRGB
	// Cost is an upper bound of the bytes that golang.org/x/image/tiff holds
	// while it decodes the picture, the picture itself included.
	Cost int64
}

// ReadPicture reads the header of a TIFF file. The error is [ErrUnsupported],
// [ErrPicture], or one of [Open] and [File.Dir].
func ReadPicture(f section.File) (Picture, error) {
	t, err := Open(f)
	if err != nil {
		return Picture{}, err
	}
	d, err := t.Dir(t.First)
	if err != nil {
		return Picture{}, err
	}
	p := t.Picture(d)
	if profile := t.Place(d.Find(tagProfile)); profile.Len <= maxProfile && t.Has(profile) {
		p.Profile = profile
	}
	p.EXIF = t.Details(d)
	if err := t.measure(d, &p); err != nil {
		return p, err
	}
	return p, t.check(d, p)
}

// Picture returns what the directory says of a picture, without its profile,
// EXIF data and cost.
func (t *File) Picture(d Dir) Picture {
	uint := func(tag uint16) int { return int(min(t.Uint(d.Find(tag)), math.MaxInt32)) }
	p := Picture{
		Width: uint(tagWidth), Height: uint(tagHeight),
		Orientation: t.Orientation(d),
		Bits:        max(1, uint(tagBits)), Samples: max(1, uint(tagSamples)),
		Compression: uint(tagCompression), Photometric: uint(tagPhotometric),
	}
	if n := d.Find(tagBits).Count; n > 0 && n < 16 {
		p.Samples = int(n) // as the decoder counts them
	}
	return p
}

// Photometric interpretations and compressions that the decoder knows (TIFF
// 6.0, sections 3 to 14; Deflate: TIFF Technical Note of Adobe Photoshop).
const (
	whiteIsZero = 0
	blackIsZero = 1
	rgb         = 2
	palette     = 3

	none       = 1
	group3     = 3
	group4     = 4
	lzw        = 5
	deflate    = 8
	packBits   = 32773
	deflateOld = 32946
)

// check says what the decoder does not know.
func (t *File) check(d Dir, p Picture) error {
	const planes, unsigned = 2, 1
	extra := t.Uint(d.Find(tagExtraSamples))
	switch {
	case p.Photometric > palette,
		p.Photometric == rgb && p.Samples != 3 && p.Samples != 4,
		p.Photometric != rgb && p.Samples != 1:
		return fmt.Errorf("%w: colours %d of %d samples", ErrUnsupported, p.Photometric, p.Samples)
	case p.Samples == 4 && extra != 1 && extra != 2:
		return fmt.Errorf("%w: fourth sample of kind %d", ErrUnsupported, extra)
	case p.Samples > 1 && t.Uint(d.Find(tagPlanar)) == planes:
		return fmt.Errorf("%w: samples in planes", ErrUnsupported)
	case t.Uint(d.Find(tagSampleFormat)) > unsigned:
		return fmt.Errorf("%w: samples that are not whole numbers", ErrUnsupported)
	case p.Bits != 1 && p.Bits != 8 && p.Bits != 16:
		return fmt.Errorf("%w: %d bits a sample", ErrUnsupported, p.Bits)
	case !slices.Contains([]int{0, none, group3, group4, lzw, deflate, packBits, deflateOld}, p.Compression):
		return fmt.Errorf("%w: compression %d", ErrUnsupported, p.Compression)
	}
	return nil
}
