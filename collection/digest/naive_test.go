package digest_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// The definitions of RFC 9162 §2.1, word for word and slow.

// split returns the largest power of two below n.
func split(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}

func naiveNode(l, r digest.Digest) digest.Digest {
	return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
}

// naiveRoot is MTH of §2.1.1, over leaf hashes.
func naiveRoot(leaves []digest.Digest) digest.Digest {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	default:
		k := split(n)
		return naiveNode(naiveRoot(leaves[:k]), naiveRoot(leaves[k:]))
	}
}

// naivePath is PATH of §2.1.3.1.
func naivePath(m int, leaves []digest.Digest) []digest.Digest {
	n := len(leaves)
	if n == 1 {
		return nil
	}
	if k := split(n); m < k {
		return append(naivePath(m, leaves[:k]), naiveRoot(leaves[k:]))
	} else {
		return append(naivePath(m-k, leaves[k:]), naiveRoot(leaves[:k]))
	}
}

// turns is the way from the root down to leaf m of n.
func turns(m, n int) string {
	if n == 1 {
		return ""
	}
	if k := split(n); m < k {
		return "L" + turns(m, k)
	} else {
		return "R" + turns(m-k, n-k)
	}
}

func naiveLeaves(data []byte) (leaves []digest.Digest) {
	for _, b := range cut(data) {
		leaves = append(leaves, sha256.Sum256(append([]byte{0}, b...)))
	}
	return leaves
}

// cut cuts data into its blocks.
func cut(data []byte) (list [][]byte) {
	for len(data) > 0 {
		k := min(len(data), digest.BlockSize)
		list = append(list, data[:k])
		data = data[k:]
	}
	return list
}

// content is the version of n bytes of the vectors: no two blocks are equal.
func content(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i % 251)
	}
	return data
}

func mustTree(t testing.TB, data []byte) *digest.Tree {
	t.Helper()
	tree, err := digest.ReadTree(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// send returns the range as a peer sends it.
func send(t testing.TB, data []byte, off, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	k, err := mustTree(t, data).WriteRange(&b, bytes.NewReader(data), int64(off), int64(n))
	if err != nil || k != int64(b.Len()) {
		t.Fatalf("WriteRange = %d, %v, wrote %d", k, err, b.Len())
	}
	return b.Bytes()
}
