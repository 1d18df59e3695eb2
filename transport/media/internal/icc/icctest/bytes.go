package icctest

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
)

type tag struct {
	signature string
	data      []byte
}

// Bytes returns the profile as a picture carries it, with all tags that a
// display profile must have (ICC.1:2022, sections 8.4.3 and 8.4.4).
func (p Profile) Bytes() []byte {
	tags := []tag{{"desc", p.text("desc", p.Name)}, {"cprt", p.text("text", "public domain")}, {"wtpt", xyz(XYZ{0.9642, 1, 0.8249})}}
	if p.Gray {
		return p.file("GRAY", "XYZ ", append(tags, tag{"kTRC", p.Curve.tag}))
	}
	for i, channel := range []string{"r", "g", "b"} {
		tags = append(tags, tag{channel + "XYZ", xyz(p.Colorants[i])}, tag{channel + "TRC", p.Curve.tag})
	}
	return p.file("RGB ", "XYZ ", tags)
}

// TablesOnly returns profiles that are not of curves and colorants: one of a
// printer's CMYK, and one of a scanner's RGB. Their tables are not filled in.
func TablesOnly() [][]byte {
	p := Profile{Version: 2}
	table := []tag{{"A2B0", append([]byte("mft1\x00\x00\x00\x00"), make([]byte, 48)...)}}
	return [][]byte{p.file("CMYK", "Lab ", table), p.file("RGB ", "Lab ", table)}
}

// file lays out header, tag table and tags (sections 7.2 to 7.4).
func (p Profile) file(space, pcs string, tags []tag) []byte {
	f := make([]byte, 128, 4096)
	f[8] = byte(p.Version)
	copy(f[12:], "mntr"+space+pcs)
	copy(f[24:], []byte{2026 >> 8, 2026 & 0xff, 0, 1, 0, 1})
	copy(f[36:], "acsp")
	copy(f[68:], xyz(XYZ{0.9642, 1, 0.8249})[8:])
	f = binary.BigEndian.AppendUint32(f, uint32(len(tags)))
	at := len(f) + 12*len(tags)
	for _, t := range tags {
		f = append(f, t.signature...)
		f = binary.BigEndian.AppendUint32(f, uint32(at))
		f = binary.BigEndian.AppendUint32(f, uint32(len(t.data)))
		at += len(padded(t.data))
	}
	for _, t := range tags {
		f = append(f, padded(t.data)...)
	}
	binary.BigEndian.PutUint32(f, uint32(len(f)))
	return f
}

// padded returns the data with zeros up to the next multiple of four.
func padded(data []byte) []byte { return append(slices.Clip(data), make([]byte, -len(data)&3)...) }

func xyz(c XYZ) []byte {
	b := []byte("XYZ \x00\x00\x00\x00")
	for _, v := range c {
		b = binary.BigEndian.AppendUint32(b, fixed(v))
	}
	return b
}

// text returns a textType or textDescriptionType (ICC.1:2001-04, sections 6.5.17
// and 6.5.18), in version 4 a multiLocalizedUnicodeType (ICC.1:2022, section
// 10.15).
func (p Profile) text(kind, s string) []byte {
	b := append([]byte(kind), 0, 0, 0, 0)
	switch {
	case p.Version == 4:
		b = append([]byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS"), 0, 0, 0, byte(2*len(s)), 0, 0, 0, 28)
		for _, c := range utf16.Encode([]rune(s)) {
			b = binary.BigEndian.AppendUint16(b, c)
		}
		return b
	case kind == "desc":
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)+1))
		return append(append(b, s...), make([]byte, 1+8+3+67)...)
	}
	return append(append(b, s...), 0)
}
