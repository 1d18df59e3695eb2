package tiff

import (
	"fmt"
	"math"
)

// block is how a picture is cut into strips or tiles.
type block struct {
	w, h  int64
	count int64
	sizes Entry // bytes of each in the file
}

// maxBlocks bounds the strips or tiles of a picture, and with them what their
// places take. A picture of 65,535 rows may have that many strips.
const maxBlocks = 1 << 18

// measure works out Cost. The decoder holds the picture, the places of all
// blocks, and the largest block: it reads a stored block in steps of 10 MiB into
// a slice that grows, and expands a packed one into a buffer that doubles until
// it has all the data or eight bytes a pixel, whatever comes first.
func (t *File) measure(d Dir, p *Picture) error {
	b, err := t.blocks(d, *p)
	if err != nil {
		return err
	}
	largest := int64(0)
	for _, n := range t.Uints(b.sizes, int(b.count)) {
		largest = max(largest, int64(n))
	}
	if largest > t.Size {
		return fmt.Errorf("%w: a strip of %d bytes", ErrPicture, largest)
	}
	const (
		places = 40       // bytes for the places of a block, as read and as kept
		step   = 10 << 20 // and what is read at once
		grown  = 3        // the buffer, and the one of twice the size it moves to
	)
	data := min(multiply(largest, expansion(p.Compression)), multiply(b.w, b.h, 8))
	p.Cost = multiply(int64(p.Width), int64(p.Height), p.pixel()) + multiply(data, grown)
	p.Cost += b.count*places + 2*step
	return nil
}

// pixel returns the bytes of a pixel of the image type that is decoded to.
func (p Picture) pixel() int64 {
	n := int64(1)
	if p.Photometric == rgb {
		n = 4
	}
	if p.Bits == 16 {
		n *= 2
	}
	return n
}

// blocks returns the layout that the decoder assumes.
func (t *File) blocks(d Dir, p Picture) (block, error) {
	w, h := int64(p.Width), int64(p.Height)
	b := block{w: w, h: h, sizes: d.Find(tagStripBytes)}
	if tw := int64(t.Uint(d.Find(tagTileWidth))); tw != 0 {
		b = block{w: tw, h: int64(t.Uint(d.Find(tagTileHeight))), sizes: d.Find(tagTileBytes)}
	} else if rows := int64(t.Uint(d.Find(tagRowsPerStrip))); rows > 0 {
		b.h = min(rows, h)
	}
	if b.h == 0 {
		return b, fmt.Errorf("%w: tiles without height", ErrPicture)
	}
	b.count = multiply((w+b.w-1)/b.w, (h+b.h-1)/b.h)
	if b.count > maxBlocks {
		return b, fmt.Errorf("%w: %d strips or tiles", ErrPicture, b.count)
	}
	return b, nil
}

// expansion returns how many bytes one byte in the file can become.
func expansion(compression int) int64 {
	switch compression {
	case 0, none:
		return 1
	case packBits:
		return 64
	case deflate, deflateOld:
		return 1032 // 258 bytes for two bits
	case lzw:
		return 4096 // the longest string there can be, for 12 bits
	}
	return math.MaxInt32 // CCITT: a row may be a single bit
}

// multiply returns a number beyond every budget instead of an overflow.
func multiply(factors ...int64) int64 {
	const most = math.MaxInt64 / 64
	product := int64(1)
	for _, f := range factors {
		if f > 0 && product > most/f {
			return most
		}
		product *= f
	}
	return product
}
