package column

import (
	"encoding/binary"
	"math/bits"
)

// lows has, for each power of two, the lowest bit of every item of that many
// bits in a word.
var lows = [6]uint64{
	0xffffffffffffffff, 0x5555555555555555, 0x1111111111111111,
	0x0101010101010101, 0x0001000100010001, 0x0000000100000001,
}

func log2(width uint8) int    { return bits.TrailingZeros8(width) }
func trailing(x uint64) int   { return bits.TrailingZeros64(x) }
func lanes(width uint8) int   { return 64 >> log2(width) }
func ones(k int) (m uint64)   { return uint64(1)<<k - 1 }
func repeat(w uint8) uint64   { return lows[log2(w)] }
func perByte(width uint8) int { return 8 >> log2(width) }

// widthFor is the number of bits a place takes in a dictionary of d values.
func widthFor(d int) uint8 {
	need := bits.Len(uint(d - 1))
	for _, w := range []int{1, 2, 4, 8, 16} {
		if need <= w {
			return uint8(w)
		}
	}
	return 32
}

// packedSize is the number of bytes of n items of width bits.
func packedSize(n int, width uint8) uint64 {
	return (uint64(n)*uint64(width) + 7) / 8
}

// room allocates the bytes of n items of width bits.
func room(n int, width uint8) []byte { return make([]byte, packedSize(n, width)) }

// get is the place of item i.
func get(data []byte, width uint8, i int) uint32 {
	switch width {
	case 32:
		return binary.LittleEndian.Uint32(data[4*i:])
	case 16:
		return uint32(binary.LittleEndian.Uint16(data[2*i:]))
	}
	lg := log2(width)
	shift := i & (8>>lg - 1) << lg
	return uint32(data[i>>(3-lg)]>>shift) & uint32(ones(int(width)))
}

// put sets the place of item i.
func put(data []byte, width uint8, i int, place uint32) {
	switch width {
	case 32:
		binary.LittleEndian.PutUint32(data[4*i:], place)
		return
	case 16:
		binary.LittleEndian.PutUint16(data[2*i:], uint16(place))
		return
	}
	lg := log2(width)
	shift := i & (8>>lg - 1) << lg
	b := &data[i>>(3-lg)]
	*b = *b&^(byte(ones(int(width)))<<shift) | byte(place)<<shift
}

// fill sets the places of the items from start to end.
func fill(data []byte, width uint8, start, end int, place uint32) {
	if width > 8 {
		for ; start < end; start++ {
			put(data, width, start, place)
		}
		return
	}
	if start == end {
		return
	}
	from, last := start<<log2(width), end<<log2(width)-1 // bits
	head, tail := byte(0xff<<(from&7)), byte(0xff>>(7-last&7))
	pattern := byte(uint64(place) * repeat(width))
	bytes := data[from>>3 : last>>3+1]
	if len(bytes) == 1 {
		bytes[0] = bytes[0]&^(head&tail) | pattern&head&tail
		return
	}
	rest := len(bytes) - 1
	bytes[0] = bytes[0]&^head | pattern&head
	for i := 1; i < rest; i++ {
		bytes[i] = pattern
	}
	bytes[rest] = bytes[rest]&^tail | pattern&tail
}

// load is the word of data at offset k, with zeros after the end.
func load(data []byte, k int) uint64 {
	if len(data)-k >= 8 {
		return binary.LittleEndian.Uint64(data[k:])
	}
	var b [8]byte
	copy(b[:], data[k:])
	return binary.LittleEndian.Uint64(b[:])
}

// store is the reverse of load: what is after the end is dropped.
func store(data []byte, k int, x uint64) {
	if len(data)-k >= 8 {
		binary.LittleEndian.PutUint64(data[k:], x)
		return
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], x)
	copy(data[k:], b[:])
}

// fold marks, at its lowest bit, every item of a word that is not zero.
func fold(x uint64, width uint8) uint64 {
	for s := uint8(1); s < width; s <<= 1 {
		x |= x >> (s & 63)
	}
	return x & repeat(width)
}

// clearPadding zeroes the bits of the last byte that belong to no item.
func clearPadding(data []byte, width uint8, n int) {
	if rest := padding(width, n); rest > 0 {
		data[len(data)-1] &= 0xff >> rest
	}
}

// padding is the number of bits of the last byte that belong to no item.
func padding(width uint8, n int) int {
	if width >= 8 {
		return 0
	}
	return (8 - n&7<<log2(width)&7) & 7
}
