package digest_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
)

const benchSize = 64 << 20

func BenchmarkDigest64MiB(b *testing.B) {
	data := content(benchSize)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		digest.Sum(data)
	}
}

func BenchmarkSHA256(b *testing.B) {
	data := content(benchSize)
	b.SetBytes(benchSize)
	for b.Loop() {
		sha256.Sum256(data)
	}
}

func BenchmarkReader64MiB(b *testing.B) {
	data := content(benchSize)
	stream, root := send(b, data, 0, benchSize), digest.Sum(data)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		r, _ := digest.NewReader(bytes.NewReader(stream), root, benchSize, 0, benchSize)
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteRange64MiB(b *testing.B) {
	data := content(benchSize)
	tree := mustTree(b, data)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.WriteRange(io.Discard, bytes.NewReader(data), 0, benchSize); err != nil {
			b.Fatal(err)
		}
	}
}
