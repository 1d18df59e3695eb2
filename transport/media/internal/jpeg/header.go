package jpeg

import (
	"image"
	"io"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// Header is what the segments before the first scan say.
type Header struct {
	Width, Height int
	Space         raster.Space
	Progressive   bool
	Components    []Component // as many as Space has planes
	EXIF          []byte      // the first EXIF data, a TIFF structure; nil if absent
	Profile       []byte      // the ICC profile, nil if absent

	pieces   int  // of the profile that were read
	wanted   int  // of them in all
	inverted bool // full ink is 0: an Adobe segment is there
}

// Component is one of the colours of a picture, sampled H times across and V
// times down where others are sampled more or less often (T.81, section
// A.1.1).
type Component struct {
	ID   uint8
	H, V int

	quant uint8 // number of its quantisation table
}

// ReadHeader reads the segments before the first scan and none of its data.
// Errors wrap [ErrFormat], [ErrUnsupported], [ErrTruncated] or what r
// returned.
func ReadHeader(r io.Reader) (Header, error) {
	d := newDecoder(r)
	err := d.begin()
	d.dropPart()
	return d.Header, err
}

// Cost returns how many bytes Decode holds at once at a scale of 1, 2, 4 or 8,
// with the picture that it returns.
func (h Header) Cost(scale int) int64 {
	const tables = 8 * (1<<lookBits*6 + 1<<skipBits*2 + 512)
	n := int64(perBlock(scale))
	block := n * n
	if h.Progressive {
		block += 2*n*n + 8
	}
	cost := int64(window + tables + len(h.EXIF) + len(h.Profile))
	for _, c := range h.Components {
		p := h.padded(c)
		cost += int64(p.X) * int64(p.Y) * block
	}
	return cost
}

// Size returns how many samples component c has at a scale of 1, 2, 4 or 8.
func (h Header) Size(c Component, scale int) image.Point {
	across, down := h.most()
	scale = max(1, scale)
	return image.Pt(ceil(h.Width*c.H, across*scale), ceil(h.Height*c.V, down*scale))
}

// extent returns how many samples of component c lie inside the picture.
func (h Header) extent(c Component, scale int) raster.Extent {
	across, down := h.most()
	return raster.Extent{
		X: float64(h.Width*c.H) / float64(across*scale),
		Y: float64(h.Height*c.V) / float64(down*scale),
	}
}

// units returns how many MCUs there are if all components are interleaved
// (T.81, section A.2.3).
func (h Header) units() image.Point {
	across, down := h.most()
	return image.Pt(ceil(h.Width, 8*across), ceil(h.Height, 8*down))
}

// padded returns how many blocks component c has in whole MCUs.
func (h Header) padded(c Component) image.Point {
	u := h.units()
	return image.Pt(u.X*c.H, u.Y*c.V)
}

// most returns the greatest sampling factors.
func (h Header) most() (across, down int) {
	for _, c := range h.Components {
		across, down = max(across, c.H), max(down, c.V)
	}
	return across, down
}

// perBlock returns how many samples across a block has at a scale.
func perBlock(scale int) int { return 8 / max(1, scale) }

func ceil(a, b int) int { return (a + b - 1) / b }
