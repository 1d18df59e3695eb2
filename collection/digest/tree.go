package digest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// Tree is the Merkle tree of one version, for those who serve it. It takes 64 bytes
// for each block of 16 KiB, and is immutable: any number of goroutines may use it.
type Tree struct {
	size   int64
	levels [][]Digest // from the leaves to the root; none if empty
}

// NewTree makes the tree of a version of size bytes from the hashes of its blocks,
// as Leaves returns them, and keeps leaves. A number of hashes that does not fit the
// size is ErrRange. Leaves that were stored may be damaged: compare Root with the
// digest that is wanted.
func NewTree(size int64, leaves []Digest) (*Tree, error) {
	if size < 0 || blocks(size) != int64(len(leaves)) {
		return nil, fmt.Errorf("%w: %d leaves for %d bytes", ErrRange, len(leaves), size)
	}
	t := &Tree{size: size}
	for level := leaves; len(level) > 0; level = parents(level) {
		t.levels = append(t.levels, level)
		if len(level) == 1 {
			break
		}
	}
	return t, nil
}

// ReadTree reads r to its end and makes the tree of what it read. An error of r is
// returned as it is. To store the bytes on the way, pass an io.TeeReader.
func ReadTree(r io.Reader) (*Tree, error) {
	h := Hasher{keep: true}
	if _, err := io.Copy(&h, r); err != nil {
		return nil, err
	}
	if h.fill > 0 {
		h.leaves = append(h.leaves, h.current())
	}
	return NewTree(h.Size(), h.leaves)
}

// Root returns the digest of the version.
func (t *Tree) Root() Digest {
	if len(t.levels) == 0 {
		return sha256.Sum256(nil)
	}
	return t.levels[len(t.levels)-1][0]
}

// Size returns the size of the version in bytes.
func (t *Tree) Size() int64 { return t.size }

// Leaves returns a copy of the hashes of the blocks, in order: what has to be
// stored, 32 bytes for each block, so that NewTree can make the tree again.
func (t *Tree) Leaves() []Digest {
	if len(t.levels) == 0 {
		return nil
	}
	return slices.Clone(t.levels[0])
}

// Path returns the inclusion path of a block, lowest sibling first (RFC 9162
// §2.1.3.1). A block outside the version is ErrRange.
func (t *Tree) Path(block int64) ([]Digest, error) {
	if block < 0 || block >= blocks(t.size) {
		return nil, fmt.Errorf("%w: block %d of %d", ErrRange, block, blocks(t.size))
	}
	return t.appendSiblings(nil, block, len(t.levels)-1), nil
}

// appendSiblings appends the siblings of a block on the way up over so many levels.
func (t *Tree) appendSiblings(path []Digest, block int64, levels int) []Digest {
	last := blocks(t.size) - 1
	for l := range levels {
		if s, ok := sibling(block, last, l); ok {
			path = append(path, t.levels[l][s])
		}
	}
	return path
}

// parents returns the level above; a last node without a sibling moves up.
func parents(level []Digest) []Digest {
	up := make([]Digest, 0, (len(level)+1)/2)
	for ; len(level) > 1; level = level[2:] {
		up = append(up, nodeHash(&level[0], &level[1]))
	}
	return append(up, level...)
}
