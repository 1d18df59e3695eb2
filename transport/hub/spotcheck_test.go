package hub

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// firstBlock is a source that has the first block of a version, its path, and nothing
// else: it claims a size with which it is asked for just that, if it can.
type firstBlock struct {
	blocks int64
	frame  []byte
}

func (f firstBlock) Original(_ context.Context, _ transport.Ref, offset, n int64) (*transport.Stream, error) {
	size := f.blocks * digest.BlockSize
	for s := size; s > size/2+digest.BlockSize; s-- {
		if offset%s < digest.BlockSize {
			size = s
			break
		}
	}
	frame := f.frame
	if n == 0 { // the size alone is asked for
		frame = nil
	}
	return &transport.Stream{ReadCloser: io.NopCloser(bytes.NewReader(frame)), Size: size}, nil
}

// TestSpotCheckOfTheFirstBlock: who has but the first block of a version does not pass
// for one who serves it, whatever size it claims.
func TestSpotCheckOfTheFirstBlock(t *testing.T) {
	const blocks = 64
	data := make([]byte, blocks*digest.BlockSize)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(data)
	tree, err := digest.ReadTree(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var frame bytes.Buffer
	if _, err := tree.WriteRange(&frame, bytes.NewReader(data), 0, 1); err != nil {
		t.Fatal(err)
	}
	item := collection.Item{ID: collection.ItemID{1}, Digests: []collection.Digest{{1}, {}, collection.Digest(tree.Root())}}
	c, err := collection.New(collection.Header{ID: collection.ID{2}, Author: collection.UserID{1}}, collection.Body{Items: []collection.Item{item}})
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for range 20 {
		if (spotCheck{random, []byte("secret")}).item(t.Context(), c, 0, firstBlock{blocks, frame.Bytes()}) == nil {
			passed++
		}
	}
	if passed > 3 {
		t.Errorf("with one block of %d, %d of 20 checks are passed", blocks, passed)
	}
}
