package digest

import (
	"fmt"
	"math/bits"
)

// VerifyBlock checks that block is block number index of a version of size bytes
// whose digest is root, by its inclusion path (RFC 9162 §2.1.3.2). The size must be
// trusted, or proved by Anchors, for the place to be certain; see the package
// comment. A negative size, and a block outside it, are ErrRange; all else is a
// *BlockError: ErrTruncated if block or path is too short, ErrTrailing if one is
// too long, ErrMismatch if they do not lead to root.
func VerifyBlock(root Digest, size, index int64, block []byte, path []Digest) error {
	if index < 0 || index >= blocks(size) {
		return fmt.Errorf("%w: block %d of %d", ErrRange, index, blocks(size))
	}
	if err := checkBlock(root, size, index, block, path); err != nil {
		return &BlockError{Block: index, Err: err}
	}
	return nil
}

func checkBlock(root Digest, size, index int64, block []byte, path []Digest) error {
	last := blocks(size) - 1
	levels := height(last)
	wantBlock, wantPath := blockLen(size, index), siblings(index, last, levels)
	switch {
	case len(block) < wantBlock || len(path) < wantPath:
		return ErrTruncated
	case len(block) > wantBlock || len(path) > wantPath:
		return ErrTrailing
	case fold(newLeafHash().of(block), index, last, levels, path, new(lefts)) != root:
		return ErrMismatch
	}
	return nil
}

// Anchors lists, in ascending order, the blocks that prove a size: if each of them
// passes VerifyBlock with this size and the root, the version has this size. The
// last block is always among them. The empty version, which its digest alone
// proves, has none, and neither has a negative size.
//
// Why: the way to the last block turns right at every split, leaving subtrees on its
// left whose sizes are the bits of the last block's number. Any block of such a
// subtree shows how deep, and so how large, it is; the last block shows how many
// there are, and the length of the rest. Sizes that the number of subtrees
// still to come leaves no choice for need no block.
func Anchors(size int64) []int64 {
	n := blocks(size)
	if n == 0 {
		return nil
	}
	var list []int64
	first, rest := int64(0), n-1
	for rest > 0 {
		list = append(list, first)
		left := int64(1) << (bits.Len64(uint64(rest)) - 1)
		first, rest = first+left, rest-left
		if rest == left-1 {
			break
		}
	}
	return append(list, n-1)
}
