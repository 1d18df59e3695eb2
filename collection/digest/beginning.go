package digest

import (
	"math/bits"
	"slices"
)

// Beginning is the first blocks of a version by their hashes: what is kept of one that has
// come in part, so that nothing of it is read or hashed again when the rest comes.
type Beginning struct {
	// Leaves are the hashes of the blocks, in order.
	Leaves []Digest
	// Tops are the nodes over the full subtrees that the blocks make, from the left, one for
	// each bit of their number.
	Tops []Digest
}

// NewBeginning hashes leaves, which it keeps, to their tops.
func NewBeginning(leaves []Digest) Beginning {
	var h Hasher
	for _, leaf := range leaves {
		h.add(leaf)
	}
	return Beginning{Leaves: leaves, Tops: topsOf(h.roots[:], int64(len(leaves)))}
}

// topsOf returns the tops of the first n blocks, which are among nodes, by level.
func topsOf(nodes []Digest, n int64) (tops []Digest) {
	for l := bits.Len64(uint64(n)) - 1; l >= 0; l-- {
		if n>>l&1 == 1 {
			tops = append(tops, nodes[l])
		}
	}
	return tops
}

// Root returns the digest of the version that has these blocks and no others.
func (b Beginning) Root() Digest {
	if len(b.Tops) == 0 {
		return Sum(nil)
	}
	root := b.Tops[len(b.Tops)-1]
	for _, left := range slices.Backward(b.Tops[:len(b.Tops)-1]) {
		root = nodeHash(&left, &root)
	}
	return root
}

// fits reports whether there are n leaves and their tops.
func (b Beginning) fits(n int64) bool {
	return int64(len(b.Leaves)) == n && len(b.Tops) == bits.OnesCount64(uint64(n))
}
