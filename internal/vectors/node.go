package main

import "sort"

// Major types of CBOR, RFC 8949 section 3.1.
const (
	unsigned = 0
	negative = 1
	byteStr  = 2
	textStr  = 3
	array    = 4
	mapping  = 5
	tagged   = 6
	simple   = 7
)

// A node is one CBOR item, right or wrong.
type node struct {
	major    byte
	arg      uint64  // of unsigned, tagged and simple; else worked out
	pieces   []piece // content of a string
	kids     []*node // of an array, a map (keys and values in turn), a tag; or, in a byte string, what it holds
	wide     int     // bytes of the argument, if not the fewest: 1, 2, 4 or 8
	open     bool    // of indefinite length
	claimed  *uint64 // the length that the head claims, if not the right one
	verbatim []byte  // written instead of everything above
}

func uintNode(v uint64) *node           { return &node{major: unsigned, arg: v} }
func arrayNode(kids ...*node) *node     { return &node{major: array, kids: kids} }
func mapNode(kids ...*node) *node       { return &node{major: mapping, kids: kids} }
func tagNode(tag uint64, n *node) *node { return &node{major: tagged, arg: tag, kids: []*node{n}} }
func textNode(s string) *node           { return &node{major: textStr, pieces: literal([]byte(s))} }
func bytesNode(b ...byte) *node         { return &node{major: byteStr, pieces: literal(b)} }
func piecesNode(p ...piece) *node       { return &node{major: byteStr, pieces: p} }
func holding(n *node) *node             { return &node{major: byteStr, kids: []*node{n}} }
func raw(b ...byte) *node               { return &node{verbatim: b} }

// field is the value of a key of a map.
func (n *node) field(key uint64) *node {
	for i := 0; i < len(n.kids); i += 2 {
		if n.kids[i].major == unsigned && n.kids[i].arg == key {
			return n.kids[i+1]
		}
	}
	return nil
}

// set sets the value of a key of a map, in the order of the keys.
func (n *node) set(key uint64, value *node) {
	i := 2 * sort.Search(len(n.kids)/2, func(i int) bool { return n.kids[2*i].arg >= key })
	if i < len(n.kids) && n.kids[i].arg == key {
		n.kids[i+1] = value
		return
	}
	kids := append([]*node{}, n.kids[:i]...)
	n.kids = append(append(kids, uintNode(key), value), n.kids[i:]...)
}

// drop removes a key of a map.
func (n *node) drop(key uint64) {
	for i := 0; i < len(n.kids); i += 2 {
		if n.kids[i].arg == key {
			n.kids = append(append([]*node{}, n.kids[:i]...), n.kids[i+2:]...)
			return
		}
	}
}

// swap exchanges two pairs of a map.
func (n *node) swap(i, j int) {
	n.kids[2*i], n.kids[2*j] = n.kids[2*j], n.kids[2*i]
	n.kids[2*i+1], n.kids[2*j+1] = n.kids[2*j+1], n.kids[2*i+1]
}

// claim makes the head of n claim a length.
func (n *node) claim(length uint64) { n.claimed = &length }
