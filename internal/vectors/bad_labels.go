package main

import (
	"bytes"
	"math"
)

func badLabelVectors(s *suite) {
	try := func(name, description, err string, n int, dict []uint64, form uint64, data ...byte) {
		s.bad("bad-labels-"+name, description, err, saysOf(degree, many(n, 1)), func(c *parts) {
			c.claim(0).kids[0] = column(dict, form, data...)
		})
	}
	two, three := []uint64{0, 14}, []uint64{0, 14, 15}
	try("dictionary-order", "A dictionary that descends.", "ErrNotCanonical", 8, []uint64{14, 0}, 1, 0x0f)
	try("dictionary-twice", "A value twice in the dictionary.", "ErrNotCanonical", 8, []uint64{14, 14}, 1, 0x0f)
	try("dictionary-empty", "An empty dictionary with items.", "ErrNotCanonical", 8, nil, 0)
	try("dictionary-longer", "More values than items.", "ErrNotCanonical", 2, three, 1, 0b0100)
	try("dictionary-over", "A rank of 2^32.", "ErrLimit", 8, []uint64{0, 1 << 32}, 1, 0x0f)
	try("unused-packed", "A value that no item has, packed.", "ErrNotCanonical", 8, three, 1, 0b01000100, 0b00010001)
	try("unused-runs", "A value that no item has, in runs.", "ErrNotCanonical", 40, three, 0, 9*3+1)
	try("unused-zero", "The value 0 in the dictionary and no pending item.", "ErrNotCanonical", 40, two, 0, 39*2+1)
	try("form-2", "A form that is neither runs nor packed.", "ErrType", 8, two, 2, 0x0f)
	try("single-packed", "One value in the packed form.", "ErrNotCanonical", 8, []uint64{14}, 1)
	try("single-data", "One value with data.", "ErrNotCanonical", 8, []uint64{14}, 0, 7)
	try("runs-tie", "Runs where packed places are as short.", "ErrNotCanonical", 16, two, 0, 7*2, 7*2+1)
	try("runs-longer", "Runs where packed places are shorter.", "ErrNotCanonical", 8, two, 0, 3*2, 3*2+1)
	try("packed-longer", "Packed places where runs are shorter.", "ErrNotCanonical", 24, two, 1, 0xff, 0x0f, 0x00)
	try("runs-overflow", "Runs of more items than there are.", "ErrNotCanonical", 40, two, 0, 9*2, 30*2+1)
	try("runs-overflow-64", "A run of 2^63 items.", "ErrNotCanonical", 100, two, 0, bytes.Join([][]byte{leb(math.MaxUint64)}, nil)...)
	try("runs-short", "Runs of fewer items than there are, nothing pending.", "ErrNotCanonical", 40, []uint64{14, 15}, 0, 9*2, 9*2+1)
	try("runs-equal", "Two runs of one value after one another.", "ErrNotCanonical", 40, two, 0, 9*2+1, 9*2+1)
	try("runs-last-zero", "A last run of pending items, written out.", "ErrNotCanonical", 40, two, 0, 9*2+1, 29*2)
	try("runs-empty", "No runs: only the value 0 can be meant.", "ErrNotCanonical", 40, two, 0)
	try("leb-overlong", "A run number with a last byte of zero.", "ErrNotCanonical", 100, two, 0, 0x80|(9*2+1), 0x00)
	try("leb-cut", "A run number that ends early.", "ErrNotCanonical", 100, two, 0, 0x80|(9*2+1))
	try("leb-65-bits", "A run number of 65 bits.", "ErrNotCanonical", 100, two, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03)
	try("packed-short", "Packed places of fewer bytes.", "ErrNotCanonical", 24, two, 1, 0x55, 0x55)
	try("packed-long", "Packed places of more bytes.", "ErrNotCanonical", 8, two, 1, 0x55, 0x00)
	try("packed-padding", "A bit set after the last item.", "ErrNotCanonical", 7, two, 1, 0xd5)
	try("packed-place", "A place outside the dictionary.", "ErrNotCanonical", 4, three, 1, 0b11100100)
	try("packed-wide", "Two bits an item where one is enough.", "ErrNotCanonical", 8, two, 1, 0b00010001, 0b00010001)
	raw := func(name, description, err string, labels *node) {
		s.bad("bad-labels-"+name, description, err, saysOf(degree, many(8, 1)), func(c *parts) { c.claim(0).kids[0] = labels })
	}
	raw("pair", "Labels of two parts.", "ErrLength", arrayNode(arrayNode(uintNode(14)), uintNode(0)))
	raw("map", "Labels as a map.", "ErrType", mapNode(uintNode(0), uintNode(14)))
	raw("dictionary-map", "A dictionary as a map.", "ErrType", arrayNode(mapNode(), uintNode(0), bytesNode()))
	raw("dictionary-negative", "A negative rank.", "ErrType", arrayNode(arrayNode(below(1)), uintNode(0), bytesNode()))
	raw("dictionary-long", "A rank in two bytes.", "ErrNotCanonical", arrayNode(arrayNode(wide(uintNode(14), 1)), uintNode(0), bytesNode()))
	raw("dictionary-claims", "A dictionary that claims 2^31-1 values.", "ErrTruncated", arrayNode(claims(arrayNode(), math.MaxInt32), uintNode(0), bytesNode()))
	raw("dictionary-claims-more", "A dictionary that claims 2^32 values.", "ErrLimit", arrayNode(claims(arrayNode(), 1<<32), uintNode(0), bytesNode()))
	raw("form-text", "A form as a text.", "ErrType", arrayNode(arrayNode(uintNode(14)), textNode("runs"), bytesNode()))
	raw("data-text", "Data as a text.", "ErrType", arrayNode(arrayNode(uintNode(14)), uintNode(0), textNode("")))
	raw("data-claims", "Data that claim 2^31 bytes.", "ErrLimit", arrayNode(arrayNode(uintNode(14)), uintNode(0), claims(bytesNode(), 1<<31)))
}

// column is a packed column as it is told.
func column(dict []uint64, form uint64, data ...byte) *node {
	list := arrayNode()
	for _, v := range dict {
		list.kids = append(list.kids, uintNode(v))
	}
	return arrayNode(list, uintNode(form), bytesNode(data...))
}
