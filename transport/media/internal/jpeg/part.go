package jpeg

import (
	"image"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// part is what is decoded of a component. Its blocks are those of whole MCUs,
// so that nothing is ever written outside of it.
type part struct {
	Component
	n      int         // samples across and down of a block at this scale
	need   int         // the last coefficient in zigzag order that matters at this scale
	inside image.Point // blocks that lie in the picture, in part at least
	stride int         // blocks in a row
	plane  raster.Plane
	quant  quant // the first scan's, or all zero

	// Of a progressive picture: the n×n coefficients of each block that
	// matter, and by k-th bit which ones at all are not zero. Refining scans
	// need that to know how many bits there are to read.
	coefs   []int16
	nonzero []uint64
	place   [64]uint8 // index into a block of coefs by k, or nowhere
	wanted  uint64    // the coefficients that matter, by k-th bit

	// Of the scan:
	dc, ac       *table
	before       int32 // DC coefficient of the block before
	across, down int   // blocks in an MCU
}

// nowhere is the place of coefficients that do not matter.
const nowhere = 255

func newPart(h Header, c Component, scale int) part {
	size, padded, n := h.Size(c, scale), h.padded(c), perBlock(scale)
	p := part{Component: c, n: n, stride: padded.X, plane: raster.NewPlane(padded.Mul(n))}
	p.plane.Size, p.plane.Extent = size, h.extent(c, scale)
	p.inside = image.Pt(ceil(size.X, n), ceil(size.Y, n))
	for k, at := range zigzag {
		p.place[k] = nowhere
		if x, y := int(at)&7, int(at)>>3; x < n && y < n {
			p.need, p.place[k] = k, uint8(y*n+x)
			p.wanted |= 1 << k
		}
	}
	if h.Progressive {
		p.nonzero = make([]uint64, padded.X*padded.Y)
		p.coefs = make([]int16, len(p.nonzero)*n*n)
	} else {
		p.grey()
	}
	return p
}

// grey makes all samples neutral. Blocks that are missing stay so.
func (p *part) grey() {
	pix := p.plane.Pix
	pix[0] = 128
	for done := 1; done < len(pix); done *= 2 {
		copy(pix[done:], pix[:done])
	}
}

// put makes the samples of block x, y of its coefficients, of which none after
// the one of index top in zigzag order is other than zero.
func (p *part) put(x, y int, block *[64]int32, top int) {
	dst := p.plane.Pix[(y*p.plane.Stride+x)*p.n:]
	switch {
	case p.n == 1:
		dst[0] = sample(block[0], 3)
	case top == 0:
		flat(dst, p.plane.Stride, p.n, sample(block[0], 3))
	case p.n == 2:
		inverse2(dst, p.plane.Stride, block)
	case p.n == 4:
		inverse4(dst, p.plane.Stride, block)
	default:
		inverse8(dst, p.plane.Stride, block)
	}
}

// flat fills a block with one value.
func flat(dst []uint8, stride, n int, v uint8) {
	for y := range n {
		row := dst[y*stride:][:n]
		for x := range row {
			row[x] = v
		}
	}
}

// finish makes the samples of row y of blocks of a progressive picture.
func (p *part) finish(y int) {
	var block [64]int32
	for x := range p.stride {
		at := y*p.stride + x
		coefs := p.coefs[at*p.n*p.n:]
		top := 0
		block[0] = int32(coefs[0]) * p.quant[0]
		for k := 1; p.nonzero[at]&p.wanted>>k != 0; k++ {
			if c := p.place[k]; c != nowhere {
				block[zigzag[k]] = int32(coefs[c]) * p.quant[k]
			}
			top = k
		}
		p.put(x, y, &block, top)
		if top > 0 {
			block = [64]int32{}
		}
	}
}
