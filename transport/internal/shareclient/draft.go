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

// Open opens a version of an item; the error wraps transport.ErrNotFound if there is
// none.
type Open = func(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error)

// Draft makes a collection without a seal, of a header that has the author and the
// time. It fills in the ID, unless it is given, and the digests of all versions
// that open has. Errors are those of random, of open and of collection.New.
func Draft(ctx context.Context, random io.Reader, h collection.Header, b collection.Body, open Open) (collection.Collection, error) {
	if h.ID.IsZero() {
		if _, err := io.ReadFull(random, h.ID[:]); err != nil {
			return collection.Collection{}, err
		}
	}
	c, err := collection.New(h, b) // what is wrong with it is said before anything is read
	if err != nil {
		return c, err
	}
	if b.Items, err = digests(ctx, b.Items, len(c.Ladder()), open); err != nil {
		return collection.Collection{}, err
	}
	return collection.New(h, b)
}

// digests returns items with the digests of all versions that open has; zero where
// it has none.
func digests(ctx context.Context, items []collection.Item, versions int, open Open) ([]collection.Item, error) {
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
