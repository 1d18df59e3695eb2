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
	return beginning(leaves, h.roots[:])
}

// beginning has the tops of leaves among nodes, by level.
func beginning(leaves []Digest, nodes []Digest) Beginning {
	b := Beginning{Leaves: leaves}
	for l := bits.Len(uint(len(leaves))) - 1; l >= 0; l-- {
		if len(leaves)>>l&1 == 1 {
			b.Tops = append(b.Tops, nodes[l])
		}
	}
	return b
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
