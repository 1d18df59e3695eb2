package jpeg

import "encoding/binary"

// file returns the whole file (T.81, annex B).
func (e *encoder) file() []byte {
	var tables [4]*codes
	out := []byte{0xff, markerSOI}
	out = segment(out, markerAPP0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")) // T.871, section 10.1
	for i := range e.quants {
		out = segment(out, markerDQT, e.quants[i].body(i))
	}
	out = segment(out, markerSOF0, e.frame())
	for i := range 2 * len(e.quants) {
		tables[i] = e.counts[i].best()
		out = segment(out, markerDHT, tables[i].body(i&1<<4|i>>1))
	}
	out = e.write(segment(out, markerSOS, e.scan()), &tables)
	return append(out, 0xff, markerEOI)
}

// write appends the tokens in their codes to a file.
func (e *encoder) write(out []byte, tables *[4]*codes) []byte {
	w := bitWriter{out: out}
	for _, t := range e.tokens {
		c, symbol := tables[t>>24], uint8(t>>16)
		size := uint(symbol & 15)
		w.put(c.code[symbol]<<size|uint32(t&0xffff), c.length[symbol]+size)
	}
	w.flush()
	return w.out
}

// segment appends a segment to a file.
func segment(out []byte, marker byte, body []byte) []byte {
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(out, body...)
}

// body returns a table as a DQT segment has it.
func (q *quant) body(id int) []byte {
	b := []byte{byte(id)}
	for _, step := range q {
		b = append(b, byte(step))
	}
	return b
}

// body returns a code as a DHT segment has it.
func (c *codes) body(id int) []byte {
	return append(append([]byte{byte(id)}, c.counts[:]...), c.values...)
}

// frame returns the frame header.
func (e *encoder) frame() []byte {
	b := []byte{8}
	b = binary.BigEndian.AppendUint16(b, uint16(e.Height))
	b = binary.BigEndian.AppendUint16(b, uint16(e.Width))
	b = append(b, byte(len(e.Components)))
	for _, c := range e.Components {
		b = append(b, c.ID, byte(c.H<<4|c.V), c.quant)
	}
	return b
}

// scan returns the header of the only scan.
func (e *encoder) scan() []byte {
	b := []byte{byte(len(e.Components))}
	for _, c := range e.Components {
		b = append(b, c.ID, c.quant<<4|c.quant)
	}
	return append(b, 0, 63, 0)
}
