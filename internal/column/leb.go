package column

import "math/bits"

// appendLEB appends v as LEB128.
func appendLEB(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b, v = append(b, byte(v)|0x80), v>>7
	}
	return append(b, byte(v))
}

// sizeLEB is the number of bytes of v as LEB128.
func sizeLEB(v uint64) uint64 { return uint64(bits.Len64(v|1)+6) / 7 }

// readLEB reads the number at offset k: its value and the offset after it,
// which is negative if the number is cut off, not minimal or over 64 bits.
func readLEB(data []byte, k int) (v uint64, after int) {
	for shift := 0; k < len(data) && shift < 64; shift += 7 {
		b := data[k]
		k++
		if shift == 63 && b > 1 {
			return 0, -1
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if b == 0 && shift > 0 {
				return 0, -1
			}
			return v, k
		}
	}
	return 0, -1
}

// A divisor divides by d, 2 or more, mostly by multiplying.
type divisor struct{ d, inverse uint64 }

func newDivisor(d int) divisor {
	if d < 2 {
		return divisor{1, 0}
	}
	return divisor{uint64(d), ^uint64(0)/uint64(d) + 1}
}

// split is v/d and v%d. For v and d under 2^32 the high half of v times
// ceil(2^64/d) is exactly v/d.
func (d divisor) split(v uint64) (q uint64, r uint32) {
	if v>>32 != 0 {
		q = v / d.d
	} else {
		q, _ = bits.Mul64(v, d.inverse)
	}
	return q, uint32(v - q*d.d)
}
