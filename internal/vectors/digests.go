package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"slices"
)

// digestFile has the vectors of package collection/digest.
const digestFile = "collection/digest/testdata/vectors.json"

// blockSize is the length of a version's blocks.
const blockSize = 16 << 10

type digests struct {
	About    string         `json:"about"`
	Versions []digestVector `json:"versions"`
}

type digestVector struct {
	Size   int           `json:"size"`
	Root   string        `json:"root"`
	Paths  []pathVector  `json:"paths"`
	Ranges []rangeVector `json:"ranges"`
}

type pathVector struct {
	Block int      `json:"block"`
	Path  []string `json:"path"`
}

type rangeVector struct {
	Off          int    `json:"off"`
	Len          int    `json:"len"`
	StreamLen    int    `json:"stream_len"`
	StreamSHA256 string `json:"stream_sha256"`
}

// digestVectors returns versions around the borders of their first 17 blocks, each
// with some paths and ranges with proof.
func digestVectors() digests {
	list := digests{About: "Byte k of every version is k mod 251. A range is its stream's length and SHA-256."}
	const b = blockSize
	for _, size := range []int{
		0, 1, b - 1, b, b + 1, 2 * b, 3 * b, 3*b + 5, 4 * b, 4*b + 1, 5 * b, 6 * b, 7 * b, 7*b + 1,
		8 * b, 8*b + 1, 9 * b, 15*b + 1, 16 * b, 16*b + 1, 17 * b,
	} {
		list.Versions = append(list.Versions, digestVectorOf(size))
	}
	return list
}

func digestVectorOf(size int) digestVector {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i % 251)
	}
	blocks := slices.Collect(slices.Chunk(data, blockSize))
	v := digestVector{Size: size, Root: hex.EncodeToString(treeHash(blocks)), Paths: []pathVector{}}
	for _, i := range slices.Compact([]int{0, len(blocks) / 2, len(blocks) - 1}) {
		if i >= 0 && i < len(blocks) {
			v.Paths = append(v.Paths, pathVector{i, texts(path(i, blocks))})
		}
	}
	ranges := [][2]int{{0, min(size, 1)}, {0, size}, {size / 3, size / 3}, {size / 2, size - size/2}, {max(0, size-1), min(size, 1)}, {size, 0}}
	slices.SortFunc(ranges, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	for _, r := range slices.Compact(ranges) {
		stream := proved(blocks, r[0], r[1])
		v.Ranges = append(v.Ranges, rangeVector{r[0], r[1], len(stream), sum(stream)})
	}
	return v
}

// treeHash is MTH of RFC 9162, section 2.1.1.
func treeHash(blocks [][]byte) []byte {
	switch n := len(blocks); n {
	case 0:
		return hashOf()
	case 1:
		return hashOf([]byte{0}, blocks[0])
	default:
		k := leftSize(n)
		return hashOf([]byte{1}, treeHash(blocks[:k]), treeHash(blocks[k:]))
	}
}

// path is PATH of RFC 9162, section 2.1.3.1.
func path(m int, blocks [][]byte) [][]byte {
	n := len(blocks)
	if n == 1 {
		return nil
	}
	k := leftSize(n)
	if m < k {
		return append(path(m, blocks[:k]), treeHash(blocks[k:]))
	}
	return append(path(m-k, blocks[k:]), treeHash(blocks[:k]))
}

// leftSize is the largest power of two below n.
func leftSize(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}

// proved is the stream of a range: its blocks, each behind the siblings that the
// receiver does not know, as the comment of package digest lists them.
func proved(blocks [][]byte, off, n int) (stream []byte) {
	if n == 0 {
		return nil
	}
	first := off / blockSize
	for i := first; i <= (off+n-1)/blockSize; i++ {
		levels := bits.TrailingZeros(uint(i))
		if i == first {
			levels = bits.Len(uint(len(blocks) - 1))
		}
		for l := range levels {
			if from := (i>>l ^ 1) << l; from < len(blocks) {
				stream = append(stream, treeHash(blocks[from:min(from+1<<l, len(blocks))])...)
			}
		}
		stream = append(stream, blocks[i]...)
	}
	return stream
}

func hashOf(parts ...[]byte) []byte {
	s := sha256.Sum256(bytes.Join(parts, nil))
	return s[:]
}

func texts(hashes [][]byte) []string {
	list := []string{}
	for _, h := range hashes {
		list = append(list, hex.EncodeToString(h))
	}
	return list
}

// json writes the file.
func (d digests) json() []byte {
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		panic(err)
	}
	return append(b, '\n')
}

// writeDigests writes the file if there is none, and refuses to change one.
func writeDigests(file string, d digests) error {
	switch b, err := os.ReadFile(file); {
	case errors.Is(err, os.ErrNotExist):
		return os.WriteFile(file, d.json(), 0o644)
	case err != nil:
		return err
	case !bytes.Equal(b, d.json()):
		return fmt.Errorf("%s: %w", file, errChanged)
	}
	return nil
}
