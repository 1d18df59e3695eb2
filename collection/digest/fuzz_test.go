package digest_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// FuzzReader reads hostile streams: an honest one for the range true bytes
// [off, off+n) with edits (place 3 bytes, value 1 byte), cut after `keep` bytes and
// followed by tail, and a claimed size.
func FuzzReader(f *testing.F) {
	data := content(4*digest.BlockSize + 77)
	root, size := digest.Sum(data), int64(len(data))
	tree := mustTree(f, data)
	f.Add([]byte{}, []byte{}, int64(1<<20), size, int64(0), size)
	f.Add([]byte{0, 0, 1, 7}, []byte("tail"), int64(1<<20), size, int64(70_000), int64(70_000))
	f.Add([]byte{1, 0, 40, 1}, []byte{}, int64(100), size, size-1, int64(1))
	f.Add([]byte{}, []byte{}, int64(1<<20), size-digest.BlockSize, int64(0), int64(9))
	f.Add([]byte{}, []byte("only this"), int64(0), int64(1<<63-1), int64(1<<62), int64(1<<62))
	f.Fuzz(func(t *testing.T, edits, tail []byte, keep, claimed, off, n int64) {
		var stream bytes.Buffer
		if _, err := tree.WriteRange(&stream, bytes.NewReader(data), off, n); err != nil && !errors.Is(err, digest.ErrRange) {
			t.Fatal(err)
		}
		sent := stream.Bytes()
		for ; len(edits) >= 4 && len(sent) > 0; edits = edits[4:] {
			place := int(edits[0])<<16 | int(edits[1])<<8 | int(edits[2])
			sent[place%len(sent)] ^= edits[3]
		}
		sent = append(sent[:min(max(keep, 0), int64(len(sent)))], tail...)
		r, err := digest.NewReader(bytes.NewReader(sent), root, claimed, off, n)
		if err != nil {
			return
		}
		got, err := io.ReadAll(r)
		trusted := claimed == size || off < digest.BlockSize
		if trusted && !bytes.HasPrefix(data[min(off, size):], got) {
			t.Fatalf("%d bytes came out that are not the version's", len(got))
		}
		if err == nil && int64(len(got)) != n || int64(len(got)) > n {
			t.Fatalf("%d bytes of %d, %v", len(got), n, err)
		}
		if err != nil && !errors.Is(err, digest.ErrInvalid) {
			t.Fatal(err)
		}
	})
}

// FuzzVerifyBlock passes blocks and paths of its own making: none belongs.
func FuzzVerifyBlock(f *testing.F) {
	f.Add([]byte("block"), []byte{}, int64(5), int64(0))
	f.Add(content(digest.BlockSize), make([]byte, 64), int64(3*digest.BlockSize), int64(1))
	f.Add([]byte{1}, make([]byte, 32*49), int64(1<<63-1), int64(1<<49-1))
	f.Fuzz(func(t *testing.T, block, hashes []byte, size, index int64) {
		var path []digest.Digest
		for ; len(hashes) >= 32; hashes = hashes[32:] {
			path = append(path, digest.Digest(hashes))
		}
		err := digest.VerifyBlock(digest.Digest{1, 2, 3}, size, index, block, path)
		if !errors.Is(err, digest.ErrInvalid) && !errors.Is(err, digest.ErrRange) {
			t.Fatal(err)
		}
		if own := digest.Sum(block); len(block) > 0 && len(block) <= digest.BlockSize {
			if err := digest.VerifyBlock(own, int64(len(block)), 0, block, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzParse accepts a text only if String writes the same.
func FuzzParse(f *testing.F) {
	f.Add(digest.Sum(nil).String())
	f.Add("E3b0")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := digest.Parse(s)
		if err == nil && d.String() != s || err != nil && !errors.Is(err, digest.ErrSyntax) {
			t.Fatalf("%q: %v, %v", s, d, err)
		}
	})
}
