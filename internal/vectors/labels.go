package main

import "sort"

// packed writes a column of numbers as the section "packed columns" of
// collection.cddl says: dictionary, form, data. name makes an entry of the
// dictionary from a number.
func packed(values []uint32, name func(uint32) *node) *node {
	dict := distinct(values)
	place := map[uint32]uint64{}
	entries := make([]*node, len(dict))
	for i, v := range dict {
		place[v], entries[i] = uint64(i), name(v)
	}
	places := make([]uint64, len(values))
	for i, v := range values {
		places[i] = place[v]
	}
	form, data := uint64(0), []byte{}
	if len(dict) > 1 {
		data = runs(places, dict)
		if bits := atEqualWidth(places, len(dict)); len(bits) <= len(data) {
			form, data = 1, bits
		}
	}
	return arrayNode(arrayNode(entries...), uintNode(form), bytesNode(data...))
}

func labelsNode(ranks []uint32) *node {
	return packed(ranks, func(v uint32) *node { return uintNode(uint64(v)) })
}

func distinct(values []uint32) (dict []uint32) {
	seen := map[uint32]bool{}
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			dict = append(dict, v)
		}
	}
	sort.Slice(dict, func(i, j int) bool { return dict[i] < dict[j] })
	return dict
}

// runs writes one LEB128 number for each run of equal places; a last run of the
// value 0 is left out.
func runs(places []uint64, dict []uint32) (data []byte) {
	for i := 0; i < len(places); {
		end := i
		for end < len(places) && places[end] == places[i] {
			end++
		}
		if end < len(places) || dict[places[i]] != 0 {
			data = append(data, leb(uint64(end-i-1)*uint64(len(dict))+places[i])...)
		}
		i = end
	}
	return data
}

func leb(v uint64) (b []byte) {
	for v > 127 {
		b = append(b, byte(v%128)+128)
		v /= 128
	}
	return append(b, byte(v))
}

// atEqualWidth writes every place with the same number of bits, the lowest bit
// first.
func atEqualWidth(places []uint64, values int) []byte {
	width := 1
	for 1<<width < values {
		width *= 2
	}
	data := make([]byte, (len(places)*width+7)/8)
	for i, place := range places {
		for bit := 0; bit < width; bit++ {
			if place>>bit&1 == 1 {
				data[(i*width+bit)/8] |= 1 << ((i*width + bit) % 8)
			}
		}
	}
	return data
}
