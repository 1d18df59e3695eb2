package digest

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"math/bits"
)

// maxHeight is the height of the tree over the largest size an int64 holds, and
// so the most hashes in a path.
const maxHeight = 49

// leafPrefix starts the input of a leaf's hash; it is never written to.
var leafPrefix = []byte{0}

// A leafHash hashes one block after the other, and allocates nothing for each.
type leafHash struct {
	hash.Hash
	sum [sha256.Size]byte
}

func newLeafHash() *leafHash { return &leafHash{Hash: sha256.New()} }

// begin begins a block, which is written then.
func (h *leafHash) begin() {
	h.Reset()
	h.Write(leafPrefix)
}

// end returns the hash of what was written of the block so far.
func (h *leafHash) end() Digest { return Digest(h.Sum(h.sum[:0])) }

// of returns the hash of a whole block.
func (h *leafHash) of(block []byte) Digest {
	h.begin()
	h.Write(block)
	return h.end()
}

// nodeHash hashes two siblings.
func nodeHash(left, right *Digest) Digest {
	var in [1 + 2*sha256.Size]byte
	in[0] = 1
	copy(in[1:], left[:])
	copy(in[1+sha256.Size:], right[:])
	return sha256.Sum256(in[:])
}

// blocks returns how many blocks a version of size bytes has.
func blocks(size int64) int64 {
	if size <= 0 {
		return 0
	}
	return (size-1)/BlockSize + 1
}

// blockLen returns the length of block i of a version of size bytes.
func blockLen(size, i int64) int {
	return int(min(size-i*BlockSize, BlockSize))
}

// height returns the number of levels between the leaves and the root of the
// tree whose last leaf is last.
func height(last int64) int { return bits.Len64(uint64(last)) }

// sibling returns the node beside the one over leaf i at a level, and whether the
// tree whose last leaf is last has it.
func sibling(i, last int64, level int) (int64, bool) {
	s := i>>level ^ 1
	return s, s <= last>>level
}

// siblings counts the siblings on the way up from leaf i over so many levels.
func siblings(i, last int64, levels int) int {
	n := 0
	for l := range levels {
		if _, ok := sibling(i, last, l); ok {
			n++
		}
	}
	return n
}

// lefts are the newest nodes with even numbers, by level, on the ways up from some blocks that
// follow one another. Of the first n blocks, the top at a level is one of them: those that a
// later block adds, or one that is not the version's, stand at other levels.
type lefts [maxHeight + 1]Digest

// fold hashes the path into leaf i on the way up over so many levels (RFC 9162
// §2.1.3.2), and keeps what it passes. The path holds exactly the siblings there are.
func fold(d Digest, i, last int64, levels int, path []Digest, kept *lefts) Digest {
	for l := range levels {
		_, paired := sibling(i, last, l)
		left := i>>l&1 == 0
		if left {
			kept[l] = d
		}
		switch {
		case !paired:
			continue
		case left:
			d = nodeHash(&d, &path[0])
		default:
			d = nodeHash(&path[0], &d)
		}
		path = path[1:]
	}
	if i>>levels == 0 {
		kept[levels] = d
	}
	return d
}

// frameLevels returns up to which level the frame of block i carries siblings, in
// a stream that starts at block first.
func frameLevels(i, first, last int64) int {
	if i == first {
		return height(last)
	}
	return bits.TrailingZeros64(uint64(i))
}

// span returns the blocks [first, end) that hold n bytes from off.
func span(size, off, n int64) (first, end int64, err error) {
	if off < 0 || n < 0 || off > size || n > size-off {
		return 0, 0, fmt.Errorf("%w: %d bytes from %d of %d", ErrRange, n, off, size)
	}
	first = off / BlockSize
	if n == 0 {
		return first, first, nil
	}
	return first, (off+n-1)/BlockSize + 1, nil
}
