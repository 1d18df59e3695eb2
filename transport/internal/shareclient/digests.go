package shareclient

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// Digests returns items with the digests of all versions that open has; zero where
// it has none.
func Digests(ctx context.Context, items []collection.Item, versions int, open func(context.Context, collection.ItemID, int) (transport.Blob, error)) ([]collection.Item, error) {
	out := make([]collection.Item, len(items))
	for i, item := range items {
		item.Digests = make([]collection.Digest, versions)
		for v := range versions {
			blob, err := open(ctx, item.ID, v)
			if errors.Is(err, transport.ErrNotFound) {
				continue
			}
			if err == nil {
				item.Digests[v], err = digestOf(blob)
			}
			if err != nil {
				return nil, fmt.Errorf("version %d of item %v: %w", v, item.ID, err)
			}
		}
		out[i] = item
	}
	return out, nil
}

func digestOf(blob transport.Blob) (collection.Digest, error) {
	defer blob.Close()
	sum, n, err := digest.Of(io.NewSectionReader(blob, 0, blob.Size()))
	if err == nil && n != blob.Size() {
		err = io.ErrUnexpectedEOF
	}
	return sum, err
}
