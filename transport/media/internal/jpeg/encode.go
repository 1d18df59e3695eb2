package jpeg

import (
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

var (
	errSpace   = errors.New("neither gray nor YCbCr")
	errSize    = errors.New("sizes of the planes")
	errQuality = errors.New("quality is not between 1 and 100")
)

// Encode writes a gray or YCbCr picture as a baseline JPEG (T.81) with a JFIF
// header (T.871) and nothing else: no metadata at all. Chroma planes are of
// the same size as luma (4:4:4), or of half of it, rounded up, in both
// directions (4:2:0). The quality of 1 to 100 scales the quantisation tables
// of T.81, annex K, as the Independent JPEG Group's library does, and values are
// rounded down a little more, so that files are smaller; the Huffman tables are
// the best for the picture. The same picture is the same bytes on every
// processor.
//
// Errors say which argument is wrong, or are w's.
func Encode(w io.Writer, p raster.Picture, quality int) error {
	e, err := newEncoder(p, quality)
	if err != nil {
		return fmt.Errorf("jpeg: cannot encode: %w", err)
	}
	e.blocks()
	_, err = w.Write(e.file())
	return err
}

// encoder is the state of encoding one picture.
type encoder struct {
	Header
	parts  []source
	quants []quant
	tokens []token
	counts [4]frequencies // by table: DC and AC of luma, then of chroma
}

// source is a plane that is encoded.
type source struct {
	Component
	raster.Plane
	before int32 // DC coefficient of the block before
}

func newEncoder(p raster.Picture, quality int) (*encoder, error) {
	switch {
	case p.Space != raster.Gray && p.Space != raster.YCbCr:
		return nil, errSpace
	case quality < 1 || quality > 100:
		return nil, errQuality
	case len(p.Planes) != p.Space.Planes():
		return nil, errSize
	}
	size := p.Planes[0].Size
	if size.X < 1 || size.Y < 1 || size.X > 0xffff || size.Y > 0xffff {
		return nil, errSize
	}
	e := &encoder{Header: Header{Width: size.X, Height: size.Y, Space: p.Space}}
	for i, plane := range p.Planes {
		c := Component{ID: uint8(i + 1), H: 1, V: 1, quant: uint8(min(i, 1))}
		e.Components = append(e.Components, c)
		e.parts = append(e.parts, source{Component: c, Plane: plane})
	}
	for i := range min(2, len(p.Planes)) {
		e.quants = append(e.quants, standardQuant[i].scaled(quality))
	}
	return e, e.sample()
}

// sample finds out how chroma is sampled.
func (e *encoder) sample() error {
	if e.Space == raster.Gray {
		return nil
	}
	full, chroma := e.parts[0].Size, e.parts[1].Size
	switch {
	case chroma != e.parts[2].Size:
		return errSize
	case chroma == full:
		return nil
	case chroma != image.Pt(ceil(full.X, 2), ceil(full.Y, 2)):
		return errSize
	}
	e.Components[0].H, e.Components[0].V = 2, 2
	e.parts[0].Component = e.Components[0]
	return nil
}

// blocks makes the tokens of all blocks, in the order of an interleaved scan
// (T.81, section A.2.3).
func (e *encoder) blocks() {
	units := e.units()
	for i := range units.X * units.Y {
		x, y := i%units.X, i/units.X
		for c := range e.parts {
			p := &e.parts[c]
			for j := range p.H * p.V {
				e.block(p, x*p.H+j%p.H, y*p.V+j/p.H)
			}
		}
	}
}

// block makes the tokens of one block.
func (e *encoder) block(p *source, x, y int) {
	var coefs [64]int32
	p.samples(x, y, &coefs)
	forward(&coefs)
	e.code(p, &coefs)
}

// samples takes the samples of a block, moved to around zero. Beyond the edges
// of the plane the last ones are repeated.
func (p *source) samples(x, y int, dst *[64]int32) {
	for i := range 8 {
		row := p.Row(min(8*y+i, p.Size.Y-1))
		if 8*x+8 <= len(row) {
			for j, v := range row[8*x : 8*x+8] {
				dst[8*i+j] = int32(v) - 128
			}
			continue
		}
		for j := range 8 {
			dst[8*i+j] = int32(row[min(8*x+j, len(row)-1)]) - 128
		}
	}
}
