package shareclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

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
// it has none but has a greater one.
func digests(ctx context.Context, items []collection.Item, versions int, open Open) ([]collection.Item, error) {
	out := slices.Clone(items)
	known := make([]collection.Digest, 0, len(items))
	var all io.SectionReader // of each version in turn
	for i := range out {
		first := len(known)
		for v := range versions {
			blob, err := open(ctx, out[i].ID, v)
			if errors.Is(err, transport.ErrNotFound) {
				continue
			}
			var sum collection.Digest
			if err == nil {
				sum, err = digestOf(blob, &all)
			}
			if err != nil {
				return nil, fmt.Errorf("version %d of item %v: %w", v, out[i].ID, err)
			}
			known = append(append(known, make([]collection.Digest, v-(len(known)-first))...), sum)
		}
		out[i].Digests = slices.Clip(known[first:])
	}
	return out, nil
}

func digestOf(blob transport.Blob, all *io.SectionReader) (collection.Digest, error) {
	defer blob.Close()
	*all = *io.NewSectionReader(blob, 0, blob.Size())
	sum, n, err := digest.Of(all)
	if err == nil && n != blob.Size() {
		err = io.ErrUnexpectedEOF
	}
	return sum, err
}
