package icc

import "encoding/binary"

// Bytes returns a profile of version 2 that says the same of all samples of eight
// bits, with as few tags as readers need (ICC.1:2001-04, section 6.3.1.2).
func (p *Profile) Bytes() []byte {
	type tag struct {
		signature string
		data      []byte
	}
	tags := []tag{{"wtpt", xyzType(d50)}}
	for i, channel := range [3]string{"r", "g", "b"} {
		colorant := [3]float64{p.colorants[0][i], p.colorants[1][i], p.colorants[2][i]}
		tags = append(tags, tag{channel + "XYZ", xyzType(colorant)}, tag{channel + "TRC", p.curves[i].curveType()})
	}
	b := header()
	b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
	at := tableAt + entrySize*len(tags)
	for _, t := range tags {
		b = append(b, t.signature...)
		b = binary.BigEndian.AppendUint32(b, uint32(at))
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.data)))
		at += len(t.data)
	}
	for _, t := range tags {
		b = append(b, t.data...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// header returns the header of a display profile, all but its size (section 6.1).
func header() []byte {
	b := make([]byte, countAt)
	b[8] = 2 // version
	copy(b[12:], "mntrRGB XYZ ")
	copy(b[signatureAt:], "acsp")
	for i, v := range d50 {
		binary.BigEndian.PutUint32(b[68+4*i:], number(v))
	}
	return b
}

// number writes an s15Fixed16Number (section 5.3.2).
func number(v float64) uint32 {
	if v < 0 {
		return uint32(int32(v*65536 - 0.5))
	}
	return uint32(v*65536 + 0.5)
}

// xyzType writes a colour (section 6.5.25).
func xyzType(xyz [3]float64) []byte {
	b := []byte("XYZ \x00\x00\x00\x00")
	for _, v := range xyz {
		b = binary.BigEndian.AppendUint32(b, number(v))
	}
	return b
}

// curveType writes a curve as samples (section 6.5.3).
func (c curve) curveType() []byte {
	b := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(len(c)))
	for _, v := range c {
		b = binary.BigEndian.AppendUint16(b, uint16(v*65535+0.5))
	}
	return b
}
