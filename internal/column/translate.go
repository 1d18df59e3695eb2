package column

import "encoding/binary"

// manyItems is from how many items on a table for whole bytes is worth making.
const manyItems = 256

// translate writes places[p] for each place p of the items from start to end.
func translate(dst []byte, to uint8, src []byte, from uint8, start, end int, places []uint32) {
	if end-start >= manyItems && from <= 8 && to >= from && to/from <= 8 {
		per := perByte(from)
		for ; start%per != 0; start++ {
			put(dst, to, start, places[get(src, from, start)])
		}
		count := (end - start) / per
		table := byteTable(from, to, places)
		translateBytes(dst[start/per*int(to/from):], src[start/per:][:count], int(to/from), &table)
		start += count * per
	}
	for i := start; i < end; i++ {
		put(dst, to, i, places[get(src, from, i)])
	}
}

// translateBytes translates whole bytes, each into size bytes.
func translateBytes(dst, src []byte, size int, table *[256]uint64) {
	dst = dst[:len(src)*size]
	switch size {
	case 1:
		for i, b := range src {
			dst[i] = byte(table[b])
		}
	case 2:
		for i, b := range src {
			binary.LittleEndian.PutUint16(dst[2*i:], uint16(table[b]))
		}
	case 4:
		for i, b := range src {
			binary.LittleEndian.PutUint32(dst[4*i:], uint32(table[b]))
		}
	default:
		for i, b := range src {
			binary.LittleEndian.PutUint64(dst[8*i:], table[b])
		}
	}
}

// byteTable has the translation of each byte. Places outside the dictionary
// give 0.
func byteTable(from, to uint8, places []uint32) (table [256]uint64) {
	place := func(i int) uint64 {
		if i < len(places) {
			return uint64(places[i])
		}
		return 0
	}
	mask := int(ones(int(from)))
	table[0] = place(0) * repeat(to)
	for b := 1; b < len(table); b++ {
		table[b] = place(b&mask) | table[b>>from]<<to
	}
	return table
}
