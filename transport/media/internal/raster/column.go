package raster

import "encoding/binary"

// column filters the rows around row y of the result down to one, eight samples
// at a time: each number of 64 bits holds the sums of two samples, four apart.
// The last block overlaps the one before.
func (k kernel) column(line []int16, p Plane, y int) {
	weights := k.weight[y*k.taps:][:k.taps]
	rows := p.Pix[k.first[y]*p.Stride:]
	for x := 0; x < len(line); x += block {
		x = min(x, len(line)-block)
		weighBlock((*[block]int16)(line[x:]), rows[x:], p.Stride, weights)
	}
}

func weighBlock(to *[block]int16, rows []uint8, stride int, weights []int16) {
	const two = 0x000000ff000000ff
	var a, b, c, d int64
	at := 0
	for _, w := range weights {
		v, w := binary.LittleEndian.Uint64(rows[at:]), int64(w)
		a += int64(v&two) * w
		b += int64(v>>8&two) * w
		c += int64(v>>16&two) * w
		d += int64(v>>24&two) * w
		at += stride
	}
	const shift = weightBits - lineBits
	for i, sums := range [4]int64{a, b, c, d} {
		first, second := halves(sums)
		to[i], to[i+4] = int16((first+1<<(shift-1))>>shift), int16((second+1<<(shift-1))>>shift)
	}
}

// halves takes apart two sums that were made in one number, the first in its
// low half. A negative one has borrowed from the other.
func halves(sums int64) (first, second int32) {
	first = int32(sums)
	return first, int32((sums - int64(first)) >> 32)
}
