package digest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/glimpse-go/glimpse/collection/digest"
	"pgregory.net/rapid"
)

// anySize draws sizes up to nine blocks, often at a border.
func anySize() *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) int {
		blocks := rapid.IntRange(0, 9).Draw(t, "blocks")
		extra := rapid.OneOf(rapid.IntRange(-1, 1), rapid.IntRange(0, digest.BlockSize)).Draw(t, "extra")
		return max(0, blocks*digest.BlockSize+extra)
	})
}

func TestHasherAgainstTheDefinition(t *testing.T) {
	var h digest.Hasher
	rapid.Check(t, func(t *rapid.T) {
		data := content(anySize().Draw(t, "size"))
		h.Reset()
		leaves := naiveLeaves(data)
		want := naiveRoot(leaves)
		for done := 0; done < len(data); {
			k := rapid.IntRange(1, min(len(data)-done, 3*digest.BlockSize)).Draw(t, "write")
			h.Write(data[done : done+k])
			done += k
			full := done / digest.BlockSize
			open := naiveLeaves(data[full*digest.BlockSize : done])
			if h.Sum() != naiveRoot(append(leaves[:full:full], open...)) {
				t.Fatalf("Sum after %d bytes is wrong", done)
			}
		}
		if h.Sum() != want || h.Size() != int64(len(data)) {
			t.Fatalf("Hasher: %v, %d", h.Sum(), h.Size())
		}
		if d, n, err := digest.Of(iotest.OneByteReader(bytes.NewReader(data[:min(len(data), 999)]))); err != nil ||
			n != int64(min(len(data), 999)) || d != digest.Sum(data[:n]) {
			t.Fatalf("Of = %v, %d, %v", d, n, err)
		}
	})
}

func TestTreeAgainstTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "blocks")
		leaves := make([]digest.Digest, n)
		for i := range leaves {
			leaves[i] = digest.Sum([]byte{byte(i)})
		}
		size := int64(n-1)*digest.BlockSize + rapid.Int64Range(1, digest.BlockSize).Draw(t, "last")
		tree, err := digest.NewTree(size, slices.Clone(leaves))
		if err != nil || tree.Root() != naiveRoot(leaves) || tree.Size() != size || !slices.Equal(tree.Leaves(), leaves) {
			t.Fatalf("tree of %d blocks differs: %v", n, err)
		}
		m := rapid.IntRange(0, n-1).Draw(t, "block")
		path, err := tree.Path(int64(m))
		if err != nil || !slices.Equal(path, naivePath(m, leaves)) {
			t.Fatalf("path of block %d of %d differs: %v", m, n, err)
		}
	})
}

func TestTreeRefuses(t *testing.T) {
	for _, size := range []int64{-1, 0, digest.BlockSize, 2*digest.BlockSize + 1, 1 << 62, 1<<63 - 1, -1 << 63} {
		if _, err := digest.NewTree(size, make([]digest.Digest, 2)); !errors.Is(err, digest.ErrRange) {
			t.Errorf("two leaves for %d bytes: %v", size, err)
		}
	}
	tree := mustTree(t, content(3*digest.BlockSize))
	for _, i := range []int64{-1, 3, 1 << 40} {
		if _, err := tree.Path(i); !errors.Is(err, digest.ErrRange) {
			t.Errorf("path of block %d of 3: %v", i, err)
		}
	}
	if _, err := mustTree(t, nil).Path(0); !errors.Is(err, digest.ErrRange) {
		t.Errorf("path of block 0 of none: %v", err)
	}
	tree.Leaves()[0] = digest.Digest{}
	if tree.Leaves()[0].IsZero() {
		t.Error("the caller changed the tree")
	}
}

func TestSourceErrorsPassThrough(t *testing.T) {
	broken := errors.New("cable pulled")
	src := func() io.Reader { return io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)) }
	if d, n, err := digest.Of(src()); err != broken || n != 3 || !d.IsZero() {
		t.Errorf("Of = %v, %d, %v", d, n, err)
	}
	if _, err := digest.ReadTree(src()); err != broken {
		t.Errorf("ReadTree: %v", err)
	}
	if _, err := io.ReadAll(digest.NewVerifier(src(), digest.Sum([]byte("abc")))); err != broken {
		t.Errorf("Verifier: %v", err)
	}
	r, _ := digest.NewReader(src(), digest.Digest{}, 9, 0, 9)
	_, err := io.ReadAll(r)
	var at *digest.BlockError
	if !errors.As(err, &at) || at.Block != 0 || !errors.Is(err, broken) || errors.Is(err, digest.ErrInvalid) {
		t.Errorf("Reader: %v", err)
	}
}

func TestText(t *testing.T) {
	d := digest.Sum([]byte("x"))
	got, err := digest.Parse(d.String())
	if err != nil || got != d {
		t.Errorf("Parse(%v) = %v, %v", d, got, err)
	}
	b, err := json.Marshal(map[digest.Digest]digest.Digest{d: d})
	if err != nil || string(b) != `{"`+d.String()+`":"`+d.String()+`"}` {
		t.Errorf("JSON %s, %v", b, err)
	}
	if (digest.Digest{}).IsZero() != true || d.IsZero() || digest.Sum(nil).IsZero() {
		t.Error("IsZero")
	}
	s := d.String()
	for _, bad := range []string{"", s[1:], s + "0", strings.ToUpper(s), " " + s[1:], s[:63] + "g", s[:62] + "é"} {
		got := d
		if err := got.UnmarshalText([]byte(bad)); !errors.Is(err, digest.ErrSyntax) || got != d {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}
