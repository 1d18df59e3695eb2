package digest_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// What the package comment says under "What a size is worth".

func TestMisplacedBlockPassesWithAFalseSize(t *testing.T) {
	three := content(3 * digest.BlockSize)
	leaves := naiveLeaves(three)
	root, false2 := naiveRoot(leaves), int64(2*digest.BlockSize)
	if err := digest.VerifyBlock(root, false2, 1, cut(three)[2], naivePath(2, leaves)); err != nil {
		t.Errorf("the last of three as the last of two: %v", err)
	}
	for i := range 3 {
		if digest.VerifyBlock(root, false2, 0, cut(three)[i], naivePath(i, leaves)) == nil {
			t.Errorf("block %d passes as the first of two", i)
		}
	}
}

// A block passes for another place only where the turns on the way down are the
// same. What can pass therefore follows from them alone, for many sizes at once.

const most = 200

// places returns the block of a version of n blocks by the turns that lead to it.
func places() []map[string]int {
	at := make([]map[string]int, most+1)
	for n := 1; n <= most; n++ {
		at[n] = map[string]int{}
		for m := range n {
			at[n][turns(m, n)] = m
		}
	}
	return at
}

// If all anchors of a claimed size have a block in a version, it has that size.
func TestAnchorsProveTheSize(t *testing.T) {
	at := places()
	for claimed := 1; claimed <= most; claimed++ {
		anchors := digest.Anchors(int64(claimed) * digest.BlockSize)
		for n := 1; n <= most; n++ {
			all := true
			for _, m := range anchors {
				_, ok := at[n][turns(int(m), claimed)]
				all = all && ok
			}
			if all != (n == claimed) {
				t.Fatalf("anchors %v of %d blocks in a version of %d: %v", anchors, claimed, n, all)
			}
		}
	}
}

// Blocks checked one by one from the first are in their place up to the first that
// fails, and one fails unless the size is true; those left of the root's first
// split are in their place without the others.
func TestBlocksInOrderAreInTheirPlace(t *testing.T) {
	at := places()
	for claimed := 1; claimed <= most; claimed++ {
		way := make([]string, claimed)
		for i := range way {
			way[i] = turns(i, claimed)
		}
		for n := 1; n <= most; n++ {
			i := 0
			for ; i < claimed; i++ {
				m, ok := at[n][way[i]]
				if !ok {
					break
				}
				if m != i {
					t.Fatalf("%d blocks claimed as %d: %d passes as %d", n, claimed, m, i)
				}
			}
			if (i == claimed) != (n == claimed) {
				t.Fatalf("%d blocks pass as %d", n, claimed)
			}
			for i := range split(claimed) {
				if m, ok := at[n][way[i]]; ok && m != i {
					t.Fatalf("%d blocks claimed as %d: %d passes as %d", n, claimed, m, i)
				}
			}
		}
	}
}

func TestAnchorsOfOddSizes(t *testing.T) {
	for _, size := range []int64{0, -1, -1 << 63} {
		if a := digest.Anchors(size); a != nil {
			t.Errorf("Anchors(%d) = %v", size, a)
		}
	}
	a := digest.Anchors(1<<63 - 1)
	if len(a) != 2 || a[0] != 0 || a[1] != 1<<49-1 {
		t.Errorf("Anchors of the largest size = %v", a)
	}
}

// A liar who knows every node of the tree sends whatever fits a false size best.
func TestReaderFromTheStartNeverMisplaces(t *testing.T) {
	const most = 13 // blocks
	for n := 1; n <= most; n++ {
		data := content(n*digest.BlockSize - 100)
		leaves := naiveLeaves(data)
		for claimed := 1; claimed <= most; claimed++ {
			size := int64(claimed*digest.BlockSize - 100)
			stream := bestLie(data, leaves, claimed)
			r, err := digest.NewReader(bytes.NewReader(stream), naiveRoot(leaves), size, 0, size)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if !bytes.HasPrefix(data, got) {
				t.Fatalf("%d blocks claimed as %d: misplaced bytes within %d", n, claimed, len(got))
			}
			if good := n == claimed; good != (err == nil) || good != (len(got) == len(data)) {
				t.Fatalf("%d blocks claimed as %d: %d bytes, %v", n, claimed, len(got), err)
			}
			if n != claimed && !errors.Is(err, digest.ErrInvalid) {
				t.Fatalf("%d blocks claimed as %d: %v", n, claimed, err)
			}
		}
	}
}

// bestLie is the stream of a whole version of `claimed` blocks, as far as the true
// tree has blocks and nodes for it: there is only one, unless SHA-256 is broken.
func bestLie(data []byte, leaves []digest.Digest, claimed int) (stream []byte) {
	type part struct{ lo, hi int } // of the true leaves
	// walk goes down both trees at once; above holds the siblings not yet sent.
	var walk func(p part, claimed int, above []digest.Digest) bool
	walk = func(p part, claimed int, above []digest.Digest) bool {
		n := p.hi - p.lo
		if claimed == 1 || n == 1 {
			for i := len(above) - 1; i >= 0; i-- {
				stream = append(stream, above[i][:]...)
			}
			if n == 1 {
				stream = append(stream, cut(data)[p.lo]...)
			}
			return n == claimed
		}
		k, c := split(n), split(claimed)
		right := naiveRoot(leaves[p.lo+k : p.hi])
		return walk(part{p.lo, p.lo + k}, c, append(above, right)) && walk(part{p.lo + k, p.hi}, claimed-c, nil)
	}
	walk(part{0, len(leaves)}, claimed, nil)
	return stream
}
