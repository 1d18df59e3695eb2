package jpeg

import "encoding/binary"

// bitReader reads entropy-coded data (T.81, section F.2.2.5). The next bits are the
// uppermost of acc, n of them count. Those below may be set already, to what
// the next bytes are.
type bitReader struct {
	in  *input
	acc uint64
	n   uint
	pad uint // how many of the bits are not from the file, which had no more of them
	bad bool // a code was met that no table has, or a block of too many coefficients
}

// enough is how many bits are there after fill at least: the longest code and
// the longest value that may follow it.
const enough = 32

// reset drops what is left of the bits.
func (b *bitReader) reset() { b.acc, b.n, b.pad = 0, 0, 0 }

// overrun reports whether more bits were used than there are before the next
// marker.
func (b *bitReader) overrun() bool { return b.pad > b.n }

// fill adds bytes to acc. If none of the next eight is 0xff they are taken at
// once.
func (b *bitReader) fill(acc uint64, n uint) (uint64, uint) {
	const low, high = 0x0101010101010101, 0x8080808080808080
	in := b.in
	if in.pos+8 <= len(in.buf) {
		w := binary.BigEndian.Uint64(in.buf[in.pos:])
		if (^w-low)&w&high == 0 {
			in.pos += int(63-n) >> 3
			return acc | w>>(n&63), n | 56
		}
	}
	return b.fillSlow(acc, n)
}

func (b *bitReader) fillSlow(acc uint64, n uint) (uint64, uint) {
	for n <= 56 {
		c, ok := b.next()
		if !ok {
			b.pad += 64 - n
			return acc, 64
		}
		acc |= uint64(c) << (56 - n)
		n += 8
	}
	return acc, n
}

// next returns the next byte, if there is one before the next marker. It
// removes the zero after 0xff, and fill bytes.
func (b *bitReader) next() (byte, bool) {
	for in := b.in; ; in.pos++ {
		for len(in.buf)-in.pos < 2 && in.more() {
		}
		rest := in.buf[in.pos:]
		switch {
		case len(rest) > 0 && rest[0] != 0xff:
			in.pos++
			return rest[0], true
		case len(rest) < 2, rest[1] != 0 && rest[1] != 0xff:
			return 0, false
		case rest[1] == 0:
			in.pos += 2
			return 0xff, true
		}
	}
}

// ensure makes the next bits countable: enough of them.
func (b *bitReader) ensure() {
	if b.n < enough {
		b.acc, b.n = b.fill(b.acc, b.n)
	}
}

// take returns the next n bits, of at most 16.
func (b *bitReader) take(n uint) int32 {
	b.ensure()
	v := int32(b.acc >> 48 >> (16 - n&31))
	b.acc <<= n & 31
	b.n -= n
	return v
}

// symbol reads a Huffman code.
func (b *bitReader) symbol(t *table) uint8 {
	b.ensure()
	s, n := t.symbol(b.acc)
	b.bad = b.bad || n > longest
	b.acc <<= n & 31
	b.n -= n
	return s
}

// difference reads the difference of a DC coefficient from the one before
// (T.81, section F.2.2.1).
func (b *bitReader) difference(t *table) int32 {
	size := uint(b.symbol(t))
	if size > 15 {
		b.bad = true
		return 0
	}
	return extend(b.take(size), size)
}

// extend returns the value that size bits stand for (T.81, figure F.12).
func extend(v int32, size uint) int32 {
	if size > 0 && v>>(size-1) == 0 {
		v += 1 - 1<<size
	}
	return v
}
