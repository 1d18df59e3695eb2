package digest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
)

type vectors struct {
	Versions []struct {
		Size  int           `json:"size"`
		Root  digest.Digest `json:"root"`
		Paths []struct {
			Block int64           `json:"block"`
			Path  []digest.Digest `json:"path"`
		} `json:"paths"`
		Ranges []struct {
			Off          int           `json:"off"`
			Len          int           `json:"len"`
			StreamLen    int           `json:"stream_len"`
			StreamSHA256 digest.Digest `json:"stream_sha256"`
		} `json:"ranges"`
	} `json:"versions"`
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs vectors
	if err := json.Unmarshal(text, &vs); err != nil {
		t.Fatal(err)
	}
	if len(vs.Versions) < 21 {
		t.Fatalf("%d versions", len(vs.Versions))
	}
	for _, v := range vs.Versions {
		data := content(v.Size)
		tree := mustTree(t, data)
		if digest.Sum(data) != v.Root || tree.Root() != v.Root {
			t.Errorf("size %d: Sum %v, Root %v, want %v", v.Size, digest.Sum(data), tree.Root(), v.Root)
		}
		for _, p := range v.Paths {
			path, err := tree.Path(p.Block)
			if err != nil || !slices.Equal(path, p.Path) {
				t.Errorf("size %d block %d: path %v, %v, want %v", v.Size, p.Block, path, err, p.Path)
			}
			if err := digest.VerifyBlock(v.Root, int64(v.Size), p.Block, cut(data)[p.Block], p.Path); err != nil {
				t.Errorf("size %d: %v", v.Size, err)
			}
		}
		for _, g := range v.Ranges {
			stream := send(t, data, g.Off, g.Len)
			if len(stream) != g.StreamLen || sha256.Sum256(stream) != g.StreamSHA256 {
				t.Errorf("size %d range %d+%d: other stream, %d bytes", v.Size, g.Off, g.Len, len(stream))
			}
			r, err := digest.NewReader(bytes.NewReader(stream), v.Root, int64(v.Size), int64(g.Off), int64(g.Len))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, data[g.Off:g.Off+g.Len]) {
				t.Errorf("size %d range %d+%d: read %d bytes, %v", v.Size, g.Off, g.Len, len(got), err)
			}
		}
	}
}
