package digest_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
	"pgregory.net/rapid"
)

func TestVerifyBlockRefusesEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := content(anySize().Filter(func(n int) bool { return n > 0 }).Draw(t, "size"))
		leaves, blocks := naiveLeaves(data), cut(data)
		root, size := naiveRoot(leaves), int64(len(data))
		i := rapid.IntRange(0, len(blocks)-1).Draw(t, "block")
		block, path := bytes.Clone(blocks[i]), naivePath(i, leaves)
		if err := digest.VerifyBlock(root, size, int64(i), block, path); err != nil {
			t.Fatal(err)
		}
		refused := func(what string, want error, root digest.Digest, i int, block []byte, path []digest.Digest) {
			err := digest.VerifyBlock(root, size, int64(i), block, path)
			var at *digest.BlockError
			if !errors.Is(err, want) || !errors.Is(err, digest.ErrInvalid) || !errors.As(err, &at) || at.Block != int64(i) {
				t.Fatalf("%s: %v", what, err)
			}
		}
		bit := byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		changed := bytes.Clone(block)
		changed[rapid.IntRange(0, len(block)-1).Draw(t, "byte")] ^= bit
		refused("a bit of the block", digest.ErrMismatch, root, i, changed, path)
		refused("a shorter block", digest.ErrTruncated, root, i, block[1:], path)
		refused("a longer block", digest.ErrTrailing, root, i, append(block, 0), path)
		refused("a longer path", digest.ErrTrailing, root, i, block, append(slices.Clone(path), root))
		if len(path) > 0 {
			refused("a shorter path", digest.ErrTruncated, root, i, block, path[1:])
			p := slices.Clone(path)
			p[rapid.IntRange(0, len(p)-1).Draw(t, "sibling")][rapid.IntRange(0, 31).Draw(t, "place")] ^= bit
			refused("a bit of the path", digest.ErrMismatch, root, i, block, p)
		}
		root[0] ^= bit
		refused("another root", digest.ErrMismatch, root, i, block, path)
		root[0] ^= bit
		for j := range blocks { // another place, as far as length and path allow it
			if err := digest.VerifyBlock(root, size, int64(j), block, path); j != i && !errors.Is(err, digest.ErrInvalid) {
				t.Fatalf("block %d passes as block %d of %d: %v", i, j, len(blocks), err)
			}
		}
	})
}

func TestVerifyBlockOutside(t *testing.T) {
	for _, c := range []struct{ size, index int64 }{
		{0, 0}, {-1, 0}, {1, -1}, {1, 1}, {digest.BlockSize, 1}, {1<<63 - 1, 1 << 49}, {-1 << 63, 0}, {1, -1 << 63},
	} {
		if err := digest.VerifyBlock(digest.Sum(nil), c.size, c.index, nil, nil); !errors.Is(err, digest.ErrRange) {
			t.Errorf("block %d of %d bytes: %v", c.index, c.size, err)
		}
	}
}

// A node that is passed off as the hash of a block, and the largest of all trees.
func TestVerifyBlockSecondPreimage(t *testing.T) {
	leaves := naiveLeaves(content(4 * digest.BlockSize))
	l, r := naiveRoot(leaves[:2]), naiveRoot(leaves[2:])
	if err := digest.VerifyBlock(naiveRoot(leaves), 64, 0, append(l[:], r[:]...), nil); !errors.Is(err, digest.ErrMismatch) {
		t.Errorf("the root's children as a block: %v", err)
	}
	block := content(digest.BlockSize)
	path := make([]digest.Digest, 49)
	want := naiveLeaves(block)[0]
	for _, p := range path {
		want = naiveNode(want, p)
	}
	if err := digest.VerifyBlock(want, 1<<63-1, 0, block, path); err != nil {
		t.Errorf("first block of 2^63-1 bytes: %v", err)
	}
}
