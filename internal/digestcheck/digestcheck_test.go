package digestcheck

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
)

// sizes are the versions compared: around every border up to nine blocks, and
// around powers of two up to 128 blocks.
func sizes() (list []int) {
	for _, blocks := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50, 63, 64, 65, 100, 127, 128} {
		for _, extra := range []int{-1, 0, 1} {
			if n := blocks*digest.BlockSize + extra; n >= 0 {
				list = append(list, n)
			}
		}
	}
	return list
}

// content is a version of n bytes whose blocks all differ.
func content(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i % 251)
	}
	return data
}

// cut cuts a version into its blocks.
func cut(data []byte) (list [][]byte) {
	for len(data) > 0 {
		k := min(len(data), digest.BlockSize)
		list, data = append(list, data[:k]), data[k:]
	}
	return list
}

func TestAgainstTransparencyDev(t *testing.T) {
	for _, size := range sizes() {
		t.Run(fmt.Sprint(size), func(t *testing.T) { compare(t, content(size)) })
	}
}

func compare(t *testing.T, data []byte) {
	blocks := cut(data)
	theirs := testonly.New(rfc6962.DefaultHasher)
	theirs.AppendData(blocks...)
	ours, err := digest.ReadTree(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	root := digest.Sum(data)
	if ours.Root() != root || !bytes.Equal(theirs.Hash(), root[:]) || !bytes.Equal(compactRoot(t, blocks), root[:]) {
		t.Fatalf("roots: Sum %v, Tree %v, theirs %x", root, ours.Root(), theirs.Hash())
	}
	for i, block := range blocks {
		comparePath(t, ours, theirs, i, len(blocks), block)
	}
}

// compactRoot is the root by their streaming implementation.
func compactRoot(t *testing.T, blocks [][]byte) []byte {
	h := rfc6962.DefaultHasher
	r := (&compact.RangeFactory{Hash: h.HashChildren}).NewEmptyRange(0)
	for _, b := range blocks {
		if err := r.Append(h.HashLeaf(b), nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(blocks) == 0 {
		return h.EmptyRoot()
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// comparePath checks a block's path both ways: equal, theirs passes ours, ours passes
// theirs, and both refuse the next block's place.
func comparePath(t *testing.T, ours *digest.Tree, theirs *testonly.Tree, i, n int, block []byte) {
	path, err := ours.Path(int64(i))
	if err != nil {
		t.Fatal(err)
	}
	want, err := theirs.InclusionProof(uint64(i), uint64(n))
	if err != nil {
		t.Fatal(err)
	}
	if len(path) != len(want) {
		t.Fatalf("block %d: path of %d, theirs %d", i, len(path), len(want))
	}
	their := make([]digest.Digest, len(want))
	our := make([][]byte, len(path))
	for j := range path {
		their[j], our[j] = digest.Digest(want[j]), path[j][:]
		if their[j] != path[j] {
			t.Fatalf("block %d: paths differ at %d", i, j)
		}
	}
	h, root := rfc6962.DefaultHasher, ours.Root()
	if err := digest.VerifyBlock(root, ours.Size(), int64(i), block, their); err != nil {
		t.Errorf("their path refused: %v", err)
	}
	if err := proof.VerifyInclusion(h, uint64(i), uint64(n), h.HashLeaf(block), our, root[:]); err != nil {
		t.Errorf("our path refused: %v", err)
	}
	if n == 1 {
		return
	}
	next := (i + 1) % n
	if digest.VerifyBlock(root, ours.Size(), int64(next), block, path) == nil ||
		proof.VerifyInclusion(h, uint64(next), uint64(n), h.HashLeaf(block), our, root[:]) == nil {
		t.Errorf("block %d passes as %d", i, next)
	}
}
