package jpeg

import "encoding/binary"

// quant is a quantisation table, in zigzag order. A step of zero is not
// allowed, so that it tells tables that are not there.
type quant [64]int32

// readQuant reads a DQT segment, of one or more tables (T.81, section
// B.2.4.1).
func (d *decoder) readQuant(b []byte) error {
	for len(b) > 0 {
		wide, id := int(b[0]>>4), b[0]&15
		size := 1 + 64*(1+wide)
		if wide > 1 || id > 3 || len(b) < size {
			return d.in.fail(ErrCorrupt, "quantisation table")
		}
		for k := range d.quants[id] {
			step := int32(b[1+k*(1+wide)])
			if wide == 1 {
				step = int32(binary.BigEndian.Uint16(b[1+2*k:]))
			}
			d.quants[id][k] = max(1, step)
		}
		b = b[size:]
	}
	return nil
}

// readHuffman reads a DHT segment, of one or more tables (T.81, section
// B.2.4.2).
func (d *decoder) readHuffman(b []byte) error {
	for len(b) > 0 {
		id := b[0]
		if len(b) < 1+longest || id > 0x1f || id&15 > 3 {
			return d.in.fail(ErrCorrupt, "Huffman table")
		}
		t, used := newTable(b[1:1+longest], b[1+longest:])
		if t == nil {
			return d.in.fail(ErrCorrupt, "codes of a Huffman table")
		}
		if id>>4 == 0 {
			d.dc[id&3] = t
		} else {
			d.ac[id&3] = t
		}
		b = b[1+longest+used:]
	}
	return nil
}
