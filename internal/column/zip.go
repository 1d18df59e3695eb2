package column

import "encoding/binary"

// A zip writes what a table has for the pairs of places of two packed columns.
// At 1 or 2 bits an item it computes whole words at a time: each bit of the
// result is a polynomial over the two-element field in the bits of the places.
// At 4 it uses a table for two places, and above it goes item by item. Columns
// of unlike width up to 4 are widened in pieces first.
type zip struct {
	wa, wb, width uint8 // of the two columns and the result
	common        uint8 // the greatest of the three
	p             *pairs
	poly          [16]uint64 // coefficients, one copy an item
	fours         [256]byte  // by two places
}

func newZip(wa, wb, width uint8, p *pairs) zip {
	z := zip{wa: wa, wb: wb, width: width, common: max(wa, wb, width), p: p}
	if z.common > 4 {
		return z
	}
	size, mask := 1<<(2*z.common), int(ones(int(z.common)))
	for k := range size {
		place := p.at(k&mask, k>>z.common)
		if z.common == 4 {
			z.fours[k] = byte(place)
			continue
		}
		z.poly[k] = uint64(place) * repeat(z.common)
	}
	for bit := 1; bit < size && z.common < 4; bit <<= 1 {
		for k := range size {
			if k&bit != 0 {
				z.poly[k] ^= z.poly[k^bit]
			}
		}
	}
	return z
}

// run writes n items to dst. It leaves the padding of the last byte as it comes.
func (z *zip) run(dst, x, y []byte, n int) {
	switch {
	case z.common > 4:
		z.each(dst, x, y, n)
	case z.wa == z.wb && z.wa == z.width:
		z.even(dst, x, y)
	default:
		z.pieces(dst, x, y, n)
	}
}

// pieceItems is how many items are widened at a time.
const pieceItems = 2048

// pieces is run for widths that differ.
func (z *zip) pieces(dst, x, y []byte, n int) {
	var bx, by, out [pieceItems / 2]byte
	wx, wy := widening(z.wa, z.common), widening(z.wb, z.common)
	for start, end := 0, 0; start < n; start = end {
		end = start + min(pieceItems, n-start)
		px := bx[:packedSize(end-start, z.common)]
		py, to := by[:len(px)], out[:len(px)]
		widen(px, slice(x, z.wa, start, end), int(z.common/z.wa), &wx)
		widen(py, slice(y, z.wb, start, end), int(z.common/z.wb), &wy)
		z.even(to, px, py)
		z.shrink(slice(dst, z.width, start, end), to, end-start)
	}
}

// slice is the bytes of the items from start, the first in its byte, to end.
func slice(data []byte, width uint8, start, end int) []byte {
	return data[packedSize(start, width):packedSize(end, width)]
}

// widening is the table for bytes of one width as items of another.
func widening(from, to uint8) [256]uint64 {
	return byteTable(from, to, []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}[:1<<from])
}

// widen makes size bytes of each byte, as far as dst has room.
func widen(dst, src []byte, size int, table *[256]uint64) {
	whole := len(dst) / size
	translateBytes(dst, src[:whole], size, table)
	if rest := dst[whole*size:]; len(rest) > 0 {
		store(rest, 0, table[src[whole]])
	}
}

// shrink writes n items of the common width in that of the result.
func (z *zip) shrink(dst, src []byte, n int) {
	if z.width == z.common {
		copy(dst, src)
		return
	}
	for i := range n {
		put(dst, z.width, i, get(src, z.common, i))
	}
}

func (z *zip) each(dst, x, y []byte, n int) {
	for i, k := 0, 0; i < n; k += 8 {
		var word uint64
		for s := uint8(0); s < 64 && i < n; s += z.width {
			place := z.p.row(get(x, z.wa, i))[get(y, z.wb, i)]
			word |= uint64(place) << s
			i++
		}
		store(dst, k, word)
	}
}

// even is run for equal widths up to 4.
func (z *zip) even(dst, x, y []byte) {
	switch z.common {
	case 1:
		z.runBits(dst, x, y)
	case 2:
		z.runTwos(dst, x, y)
	default:
		z.runFours(dst, x, y)
	}
}

func (z *zip) runBits(dst, x, y []byte) {
	c, cx, cy, cxy := z.poly[0], z.poly[1], z.poly[2], z.poly[3]
	for len(dst) >= 32 && len(x) >= 32 && len(y) >= 32 {
		x0, y0 := binary.LittleEndian.Uint64(x), binary.LittleEndian.Uint64(y)
		x1, y1 := binary.LittleEndian.Uint64(x[8:]), binary.LittleEndian.Uint64(y[8:])
		x2, y2 := binary.LittleEndian.Uint64(x[16:]), binary.LittleEndian.Uint64(y[16:])
		x3, y3 := binary.LittleEndian.Uint64(x[24:]), binary.LittleEndian.Uint64(y[24:])
		binary.LittleEndian.PutUint64(dst, c^cx&x0^y0&(cy^cxy&x0))
		binary.LittleEndian.PutUint64(dst[8:], c^cx&x1^y1&(cy^cxy&x1))
		binary.LittleEndian.PutUint64(dst[16:], c^cx&x2^y2&(cy^cxy&x2))
		binary.LittleEndian.PutUint64(dst[24:], c^cx&x3^y3&(cy^cxy&x3))
		dst, x, y = dst[32:], x[32:], y[32:]
	}
	for i := range dst {
		a, b := uint64(x[i]), uint64(y[i])
		dst[i] = byte(c ^ cx&a ^ b&(cy^cxy&a))
	}
}

func (z *zip) runTwos(dst, x, y []byte) {
	for len(dst) >= 8 && len(x) >= 8 && len(y) >= 8 {
		v := z.two(binary.LittleEndian.Uint64(x), binary.LittleEndian.Uint64(y))
		binary.LittleEndian.PutUint64(dst, v)
		dst, x, y = dst[8:], x[8:], y[8:]
	}
	for i := range dst {
		dst[i] = byte(z.two(uint64(x[i]), uint64(y[i])))
	}
}

// two is the result for 32 items of 2 bits. The polynomial in the four bits is
// worked out as one in the bits of y, whose coefficients are ones in the bits
// of x.
func (z *zip) two(x, y uint64) uint64 {
	const low = 0x5555555555555555
	x0, x1 := x&low*3, x>>1&low*3
	y0, y1 := y&low*3, y>>1&low*3
	x01, p := x0&x1, &z.poly
	c0 := p[0] ^ p[1]&x0 ^ p[2]&x1 ^ p[3]&x01
	c1 := p[4] ^ p[5]&x0 ^ p[6]&x1 ^ p[7]&x01
	c2 := p[8] ^ p[9]&x0 ^ p[10]&x1 ^ p[11]&x01
	c3 := p[12] ^ p[13]&x0 ^ p[14]&x1 ^ p[15]&x01
	return c0 ^ c1&y0 ^ y1&(c2^c3&y0)
}

func (z *zip) runFours(dst, x, y []byte) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		a, b := x[i], y[i]
		dst[i] = z.fours[a&15|b<<4] | z.fours[a>>4|b&0xf0]<<4
	}
}
