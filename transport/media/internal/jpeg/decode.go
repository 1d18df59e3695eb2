package jpeg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// DefaultWork is the bound on blocks if Options do not say. A progressive
// picture of 50 megapixels without subsampling needs 25 million.
const DefaultWork = 64 << 20

// Options are how to decode. The zero value decodes at full size.
type Options struct {
	Scale int   // 1, 2, 4 or 8: one over; 0 is 1
	Work  int64 // how many blocks all scans together may visit; 0 is DefaultWork
}

// Decode decodes a picture. Each plane has the samples that the picture has of
// the component, divided by the scale and rounded up: chroma that has half of
// the samples of luma still has half of them at any scale.
//
// If the data is damaged, cut short or takes too much work, but at least one
// row was decoded, there are both a picture and a [section.PartialError]. Its rows
// are judged by the first component; of a progressive picture they are those that
// the first scan has, which may lack detail. What is missing is neutral grey, and
// if something is damaged but nothing is missing at the bottom, the rows are all.
// Other errors come without a picture and wrap one of the kinds of this package,
// the context's, or what r returned.
//
// Callers who bound memory ask [Header.Cost] first. A picture that has more
// blocks than may be visited is refused before memory is allocated for it.
func Decode(ctx context.Context, r io.Reader, o Options) (raster.Picture, error) {
	d := newDecoder(r)
	if err := d.setup(o); err != nil {
		return raster.Picture{}, fmt.Errorf("jpeg: %w", err)
	}
	err := d.scans(ctx)
	if cause := ctx.Err(); cause != nil {
		return raster.Picture{}, fmt.Errorf("jpeg: %w", cause)
	}
	if err = cmp.Or(err, d.damage, d.missing()); err != nil {
		err = fmt.Errorf("jpeg: %w", &section.PartialError{Rows: d.rows, Height: d.Height, Err: err})
	}
	if d.rows == 0 {
		return raster.Picture{}, err
	}
	p, cause := d.picture(ctx)
	if cause != nil {
		return raster.Picture{}, fmt.Errorf("jpeg: %w", cause)
	}
	return p, err
}

// decoder is the state of decoding one picture.
type decoder struct {
	Header
	in          *input
	jfif, adobe bool
	transform   byte // of Adobe's segment
	quants      [4]quant
	dc, ac      [4]*table
	interval    int // MCUs from one restart marker to the next, 0 if there are none

	work   int64 // blocks that may yet be visited
	parts  []part
	bits   bitReader
	block  [64]int32 // coefficients of one block, row by row; zero between blocks
	left   int       // MCUs to the next restart marker
	next   byte      // number of that marker
	lost   bool      // there is no data up to that marker
	eobs   int       // blocks that have no more coefficients in this scan (T.81, section G.1.2.2)
	rows   int       // of pixels decoded of the first component
	damage error
}

func newDecoder(r io.Reader) *decoder {
	d := &decoder{in: newInput(r)}
	d.bits.in = d.in
	for i := range standardDC {
		d.dc[i], d.ac[i] = standardDC[i].table(), standardAC[i].table()
	}
	return d
}

// setup reads the header and allocates the parts.
func (d *decoder) setup(o Options) error {
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.Scale != 1 && o.Scale != 2 && o.Scale != 4 && o.Scale != 8 {
		return errors.New("scale is none of 1, 2, 4 and 8")
	}
	if err := d.begin(); err != nil {
		return err
	}
	d.work = o.Work
	if d.work == 0 {
		d.work = DefaultWork
	}
	if d.least() > d.work || d.Cost(o.Scale) > math.MaxInt {
		return d.in.fail(ErrWork, "frame")
	}
	d.parts = make([]part, len(d.Components))
	for i, c := range d.Components {
		d.parts[i] = newPart(d.Header, c, o.Scale)
	}
	return nil
}

// least returns how many blocks a whole picture visits at least.
func (d *decoder) least() int64 {
	var n int64
	for _, c := range d.Components {
		p := d.padded(c)
		n += int64(p.X) * int64(p.Y)
	}
	return n
}

// scans decodes one scan after the other, up to the end of the picture. That
// the end marker is missing does not matter if the scans are whole.
func (d *decoder) scans(ctx context.Context) error {
	for {
		s, err := d.readScan()
		if err != nil {
			return err
		}
		if err := d.decodeScan(ctx, s); err != nil {
			return err
		}
		found, err := d.nextScan()
		if errors.Is(err, ErrTruncated) {
			err = nil
		}
		if err != nil || !found {
			return err
		}
	}
}

// missing returns an error if a component has no data although nothing was
// damaged.
func (d *decoder) missing() error {
	for i := range d.parts {
		if d.rows < d.Height || d.parts[i].quant[0] == 0 {
			return d.in.fail(ErrCorrupt, "component without a scan")
		}
	}
	return nil
}

// picture returns the planes.
func (d *decoder) picture(ctx context.Context) (raster.Picture, error) {
	p := raster.Picture{Space: d.Space}
	for i := range d.parts {
		part := &d.parts[i]
		for y := range len(part.nonzero) / part.stride {
			if err := ctx.Err(); err != nil {
				return p, err
			}
			part.finish(y)
		}
		if d.inverted {
			invert(part.plane.Pix, d.Space == raster.YCCK && (i == 1 || i == 2))
		}
		p.Planes = append(p.Planes, part.plane)
	}
	return p, nil
}

// invert turns samples round that Adobe's programs write inverted. The middle
// of chroma is 128.
func invert(pix []uint8, chroma bool) {
	for i, v := range pix {
		pix[i] = 255 - v
		if chroma && v > 0 {
			pix[i]++
		}
	}
}
