package gif

import (
	"bufio"
	"compress/lzw"
	"errors"
	"fmt"
	"image"
	"io"
	"math"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Decode decodes the first frame. If its data is damaged or cut short, but at
// least one row was decoded, there are both a picture and a
// [section.PartialError]. Other errors come without a picture: those of
// [ReadHeader], and [ErrNoFrame].
func Decode(f section.File) (raster.Picture, error) {
	h, err := ReadHeader(f)
	if err != nil {
		return raster.Picture{}, err
	}
	r := bufio.NewReader(f.Reader(section.Part{Off: h.samples, Len: math.MaxInt64}))
	width, err := r.ReadByte()
	if err != nil || width < 2 || width > 8 {
		return raster.Picture{}, fmt.Errorf("%w: codes of %d bits at %d: %w", ErrNoFrame, width, h.samples, section.ErrShort)
	}
	c := newCanvas(h)
	samples := lzw.NewReader(&blocks{r: r}, lzw.LSB, int(width))
	defer func() { _ = samples.Close() }() // reading has said what is wrong
	rows, err := c.rows(samples)
	if rows == 0 {
		return raster.Picture{}, fmt.Errorf("%w: %w", ErrNoFrame, err)
	}
	if err != nil {
		err = &section.PartialError{Rows: rows, Height: h.frame.Dy(), Err: err}
	}
	return c.picture, err
}

// canvas is the picture that the frame is put on.
type canvas struct {
	Header
	picture raster.Picture
}

func newCanvas(h Header) *canvas {
	c := &canvas{Header: h, picture: raster.Picture{Space: raster.RGB}}
	for range 3 {
		p := raster.NewPlane(image.Pt(h.Width, h.Height))
		for i := range p.Pix {
			p.Pix[i] = 255
		}
		c.picture.Planes = append(c.picture.Planes, p)
	}
	return c
}

// rows draws the rows of the frame in the order of the file (appendix E for
// interlaced ones) and returns how many there are.
func (c *canvas) rows(r io.Reader) (int, error) {
	row := make([]byte, c.frame.Dx())
	drawn := 0
	for _, pass := range c.passes() {
		for y := pass[0]; y < c.frame.Dy(); y += pass[1] {
			n, err := io.ReadFull(r, row)
			c.draw(c.frame.Min.Y+y, row[:n])
			if err != nil {
				return drawn, whatIsMissing(err)
			}
			drawn++
		}
	}
	return drawn, nil
}

func whatIsMissing(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return section.ErrShort
	}
	return err
}

// passes returns the first row and the distance of rows of each pass.
func (c *canvas) passes() [][2]int {
	if c.interlaced {
		return [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
	}
	return [][2]int{{0, 1}}
}

// draw puts a row of colour indices on row y of the canvas. An index without a
// colour is black, as in package image/gif.
func (c *canvas) draw(y int, row []byte) {
	if y >= c.Height || c.frame.Min.X >= c.Width {
		return
	}
	row = row[:min(len(row), c.Width-c.frame.Min.X)]
	for i, p := range c.picture.Planes {
		out := p.Row(y)[c.frame.Min.X:]
		for x, index := range row {
			if int(index) == c.transparent {
				continue
			}
			out[x] = 0
			if at := 3*int(index) + i; at < len(c.palette) {
				out[x] = c.palette[at]
			}
		}
	}
}

// blocks reads the contents of a chain of data sub-blocks (section 15). It is a
// [io.ByteReader] so that package lzw does not read ahead through a buffer.
type blocks struct {
	r    *bufio.Reader
	left int // bytes of this block
	end  bool
}

func (b *blocks) ReadByte() (byte, error) {
	if b.left == 0 && !b.end {
		n, err := b.r.ReadByte()
		if err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		b.left, b.end = int(n), n == 0
	}
	if b.end {
		return 0, io.EOF
	}
	b.left--
	return b.r.ReadByte()
}

func (b *blocks) Read(p []byte) (int, error) {
	for i := range p {
		v, err := b.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = v
	}
	return len(p), nil
}
