package digest_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// TestSections: sections of one range, and of ranges with a proof each, join to the whole, however
// many blocks each has.
func TestSections(t *testing.T) {
	for _, size := range treeSizes {
		data := content(int(size))
		tree := mustTree(t, data)
		for step := int64(digest.BlockSize); step <= size; step += digest.BlockSize {
			for room := digest.BlockSize; room <= int(step); room += digest.BlockSize {
				var got []byte
				var b digest.Beginning
				for off := int64(0); off < size; off += step {
					got, b = joins(t, tree, data, off, min(step, size-off), room, got, b)
				}
				if !bytes.Equal(got, data) || !equal(b, digest.NewBeginning(tree.Leaves())) {
					t.Errorf("%d bytes by %d and %d: %d came", size, step, room, len(got))
				}
			}
		}
	}
}

// joins joins the sections of a range.
func joins(t *testing.T, tree *digest.Tree, data []byte, off, n int64, room int, got []byte, b digest.Beginning) ([]byte, digest.Beginning) {
	t.Helper()
	r, err := digest.NewReader(bytes.NewReader(send(t, data, int(off), int(n))), tree.Root(), tree.Size(), off, n)
	for err == nil {
		var s digest.Section
		var k int
		buf := make([]byte, room)
		k, s, err = r.ReadSection(buf)
		got = append(got, buf[:k]...)
		var joinErr error
		if b, joinErr = b.Join(s); joinErr != nil {
			t.Fatal(joinErr)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return got, b
}

// TestSectionOfABadStream: what came before a block that is wrong is good.
func TestSectionOfABadStream(t *testing.T) {
	data := content(5 * digest.BlockSize)
	tree, proof := proofOf(t, data, 0)
	proof[len(proof)-2*digest.BlockSize] ^= 1
	buf := make([]byte, len(data))
	n, s, err := restOf(t, proof, tree.Root(), tree.Size(), 0).ReadSection(buf)
	if !errors.Is(err, digest.ErrMismatch) || n != 3*digest.BlockSize || !bytes.Equal(buf[:n], data[:n]) {
		t.Errorf("%d bytes: %v", n, err)
	}
	if b, err := (digest.Beginning{}).Join(s); err != nil || !equal(b, digest.NewBeginning(tree.Leaves()[:3])) {
		t.Errorf("%d hashes: %v", len(b.Leaves), err)
	}
	r := restOf(t, proof, tree.Root(), tree.Size(), 0)
	if _, _, err := r.ReadSection(buf[:digest.BlockSize-1]); !errors.Is(err, io.ErrShortBuffer) {
		t.Error(err)
	}
}

// TestSectionsThatDoNotFollow: a section joins only what ends where it begins, and is the
// version's.
func TestSectionsThatDoNotFollow(t *testing.T) {
	const size = 9*digest.BlockSize + 1
	data := content(size)
	tree := mustTree(t, data)
	for first := range int64(10) {
		off := first * digest.BlockSize
		n := min(digest.BlockSize, size-off)
		r, err := digest.NewReader(bytes.NewReader(send(t, data, int(off), int(n))), tree.Root(), size, off, n)
		if err != nil {
			t.Fatal(err)
		}
		_, s, err := r.ReadSection(make([]byte, digest.BlockSize))
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		for blocks := range int64(10) {
			b := digest.NewBeginning(tree.Leaves()[:blocks])
			if _, err := b.Join(s); (err == nil) != (blocks == first) || err != nil && !errors.Is(err, digest.ErrKept) {
				t.Errorf("block %d after %d: %v", first, blocks, err)
			}
		}
		if first > 0 {
			other := digest.NewBeginning(mustTree(t, content(size + digest.BlockSize)[1:]).Leaves()[:first])
			if _, err := other.Join(s); !errors.Is(err, digest.ErrKept) {
				t.Errorf("block %d after those of another version: %v", first, err)
			}
		}
	}
}
