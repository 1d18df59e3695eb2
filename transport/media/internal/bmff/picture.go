package bmff

import (
	"errors"
	"fmt"
	"image"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

var (
	// ErrFormat says that a file holds no HEIF picture: it is another kind of
	// file, or a sequence only.
	ErrFormat = errors.New("no HEIF picture")
	// ErrPicture says that what a file says of its picture makes no sense.
	ErrPicture = errors.New("bad HEIF picture")
)

// Picture is what a HEIF or AVIF file says of its primary picture.
type Picture struct {
	MediaType string // "image/heic" or "image/avif", by the brands
	// Codec is the type of the item that has the samples, or of its tiles: "hvc1"
	// for HEVC, "av01" for AV1.
	Codec string
	Coded image.Point // size before it is cropped and turned
	Tile  image.Point // size of one tile; the same as Coded if it is one piece
	Tiles int         // how many pieces are decoded, 1 or more
	Grid  bool        // the picture is put together of tiles, if only one
	Bits  int         // of one sample, 8 if the file does not say
	// Samples is how many samples there are for two pixels: 2 in gray, 3, 4 or 6
	// in colour; 6 if the file does not say.
	Samples int
	// Crop is the clean aperture, all of Coded if the file has none.
	Crop image.Rectangle
	// Orientation is the EXIF orientation that says the same as the rotation and
	// the mirror of the file. EXIF data inside of the file does not count.
	Orientation int
	Profile     section.Part // ICC profile, of 4 MiB at most
	NCLX        *NCLX        // nil if the file has none
	EXIF        section.Part // TIFF structure of the EXIF data
}

// NCLX are the code points of a "colr" box (ITU-T H.273, section 8).
type NCLX struct {
	Primaries, Transfer, Matrix uint16
	Full                        bool // samples use all of their range
}

// Size returns the size of the upright picture: cropped and turned.
func (p Picture) Size() image.Point {
	size := p.Crop.Size()
	if p.Orientation >= 5 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// ReadPicture reads what is known of the primary picture of a file. The errors
// are [ErrFormat], [ErrPicture], [ErrBox], [section.ErrShort] and that of the
// reader.
func ReadPicture(f section.File) (Picture, error) {
	w := &Walker{File: f}
	head, err := w.Upto(section.Part{Len: 16 + 4*maxBrands})
	if err != nil {
		return Picture{}, err
	}
	p := Picture{MediaType: Sniff(head)}
	if p.MediaType != "image/heic" && p.MediaType != "image/avif" {
		return p, ErrFormat
	}
	m, err := readMeta(w)
	if err != nil {
		return p, err
	}
	return p, m.picture(&p)
}

// picture fills in what the boxes say of the primary item.
func (m *meta) picture(p *Picture) error {
	main := m.properties(m.primary)
	p.Codec, p.Tiles = m.kinds[m.primary], 1
	p.Grid = p.Codec == "grid"
	piece := main
	if tiles := m.tiles[m.primary]; len(tiles) > 0 {
		p.Codec, p.Tiles = m.kinds[tiles[0]], len(tiles)
		piece = m.properties(tiles[0])
	}
	p.Coded, p.Tile = main.size, piece.size
	if p.Coded.X <= 0 || p.Coded.Y <= 0 || p.Tile.X <= 0 || p.Tile.Y <= 0 {
		return fmt.Errorf("%w: no size of item %d", ErrPicture, m.primary)
	}
	p.Orientation, p.Crop = main.orientation, main.crop(p.Coded)
	p.Bits = max(main.bits, piece.bits)
	if p.Bits == 0 {
		p.Bits = 8
	}
	p.Samples = [5]int{6, 2, 3, 4, 6}[max(main.chroma, piece.chroma)]
	if p.Profile = main.profile; p.Profile.Len == 0 {
		p.Profile = piece.profile
	}
	if p.NCLX = main.nclx; p.NCLX == nil {
		p.NCLX = piece.nclx
	}
	p.EXIF = m.exif()
	return nil
}
