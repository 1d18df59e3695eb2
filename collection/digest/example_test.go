package digest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// A station fetches an original from two peers. The first sends a damaged block:
// nothing of it comes out, and the second peer goes on where the first was caught.
func Example() {
	original := bytes.Repeat([]byte("a photo "), 50_000)
	size := int64(len(original))
	root := digest.Sum(original) // sealed in the collection

	// A peer that serves the original keeps its tree.
	tree, _ := digest.ReadTree(bytes.NewReader(original))
	var first, second bytes.Buffer
	tree.WriteRange(&first, bytes.NewReader(original), 0, size)
	first.Bytes()[300_000] ^= 1 // the liar

	var got bytes.Buffer
	r, _ := digest.NewReader(&first, root, size, 0, size)
	n, err := io.Copy(&got, r)
	var bad *digest.BlockError
	if errors.As(err, &bad) && errors.Is(err, digest.ErrInvalid) {
		fmt.Println("good:", n, "bytes; wrong: block", bad.Block)
	}

	tree.WriteRange(&second, bytes.NewReader(original), n, size-n)
	r, _ = digest.NewReader(&second, root, size, n, size-n)
	m, err := io.Copy(&got, r)
	fmt.Println("good:", m, "bytes; error:", err)
	fmt.Println("whole:", bytes.Equal(got.Bytes(), original))
	// Output:
	// good: 294912 bytes; wrong: block 18
	// good: 105088 bytes; error: <nil>
	// whole: true
}

// What broke off is gone on with, and nothing of what came is read or hashed again.
func ExampleReader_WriteRest() {
	video := make([]byte, 5*digest.BlockSize)
	tree, _ := digest.ReadTree(bytes.NewReader(video))
	fetch := func(to io.Writer, from io.Reader, before digest.Beginning) (digest.Beginning, error) {
		off := int64(len(before.Leaves)) * digest.BlockSize
		r, _ := digest.NewReader(from, tree.Root(), tree.Size(), off, tree.Size()-off)
		return r.WriteRest(to, before)
	}

	var proof, stored bytes.Buffer
	tree.WriteRange(&proof, bytes.NewReader(video), 0, tree.Size())
	begun, err := fetch(&stored, io.LimitReader(&proof, 40_000), digest.Beginning{})
	fmt.Println(len(begun.Leaves), "blocks;", err)

	proof.Reset()
	off := int64(stored.Len())
	tree.WriteRange(&proof, bytes.NewReader(video), off, tree.Size()-off)
	whole, err := fetch(&stored, &proof, begun)
	fmt.Println(len(whole.Leaves), "blocks;", err, bytes.Equal(stored.Bytes(), video))
	// Output:
	// 2 blocks; block 2: digest: bytes do not belong to the digest: truncated
	// 5 blocks; <nil> true
}

// A single block is checked with its path, wherever it came from.
func ExampleVerifyBlock() {
	video := make([]byte, 5*digest.BlockSize)
	tree, _ := digest.ReadTree(bytes.NewReader(video))
	path, _ := tree.Path(3)
	block := video[3*digest.BlockSize : 4*digest.BlockSize]

	fmt.Println(digest.VerifyBlock(tree.Root(), tree.Size(), 3, block, path))
	block[7] = 1
	fmt.Println(digest.VerifyBlock(tree.Root(), tree.Size(), 3, block, path))
	// Output:
	// <nil>
	// block 3: digest: bytes do not belong to the digest: mismatch
}

// A size that somebody claims is proved by a few of the version's blocks.
func ExampleAnchors() {
	fmt.Println(digest.Anchors(5 << 20)) // 320 blocks
	fmt.Println(digest.Anchors(1 << 30)) // 65,536 blocks
	// Output:
	// [0 256 319]
	// [0 65535]
}

// Plain bytes without proofs are checked at their end.
func ExampleNewVerifier() {
	root := digest.Sum([]byte("thumbnail"))
	_, err := io.ReadAll(digest.NewVerifier(bytes.NewReader([]byte("thumbnail")), root))
	fmt.Println(err)
	_, err = io.ReadAll(digest.NewVerifier(bytes.NewReader([]byte("thumbnai1")), root))
	fmt.Println(errors.Is(err, digest.ErrMismatch))
	// Output:
	// <nil>
	// true
}
