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

const (
	// maxBlocks bounds the strips or tiles of a picture. Each takes a decoder of
	// its own.
	maxBlocks = 1 << 15
	// maxShared bounds how often the blocks together may use each byte of the file:
	// once, but the file may be cut short, and what is empty may be shared.
	maxShared = 4
)

// measure works out Cost. The decoder holds the picture, the places of all
// blocks, and the largest block: it reads a stored block in steps of 10 MiB into
// a slice that grows, and expands a packed one into a buffer that grows until
// it has all the data or eight bytes a pixel, whatever comes first. Blocks leave
// garbage behind, which is collected before it is more than the picture.
func (t *File) measure(d Dir, p *Picture) error {
	b, err := t.blocks(d, *p)
	if err != nil {
		return err
	}
	largest, sum := int64(0), int64(0)
	for _, n := range t.Uints(b.sizes, int(b.count)) {
		largest, sum = max(largest, int64(n)), sum+int64(n)
	}
	if largest > t.Size || sum > maxShared*t.Size {
		return fmt.Errorf("%w: strips of %d bytes, one of %d", ErrPicture, sum, largest)
	}
	const (
		places = 40 // bytes for the places of a block, as read and as kept
		grown  = 4  // the buffer, and those that it grew out of
	)
	pixels := multiply(int64(p.Width), int64(p.Height), p.pixel())
	data := min(multiply(largest, expansion(p.Compression)), multiply(b.w, b.h, 8))
	p.Cost = pixels + multiply(data, grown) + b.count*places + steps(p.Compression)
	p.Cost += min(pixels, multiply(b.count, garbage(p.Compression, data)))
	return nil
}

// steps returns what is held beside a stored block that is being read.
func steps(compression int) int64 {
	if compression == 0 || compression == none {
		return 20 << 20
	}
	return 1 << 20
}

// garbage returns how many bytes a block of data allocates anew, of those for
// the decoder an upper bound.
func garbage(compression int, data int64) int64 {
	switch compression {
	case 0, none:
		return data
	case packBits:
		return multiply(data, 4)
	}
	return 48 << 10
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
	if w == 0 || h == 0 || b.w == 0 || b.h == 0 {
		return b, fmt.Errorf("%w: no width or height", ErrPicture)
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
