// Package cover is the picture that a first notification shows of a collection.
package cover

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// maxSize bounds a cover, in bytes.
const maxSize = 64 << 10

// Item returns the place of the item that stands for a collection: the one that its
// hints name, or the first that is not withdrawn; -1 if all are.
func Item(c collection.Collection) int {
	if i, ok := c.Index(c.Header().Hints.Cover); ok && shows(c, i) {
		return i
	}
	for i := range c.Len() {
		if shows(c, i) {
			return i
		}
	}
	return -1
}

// shows reports whether an item is not withdrawn.
func shows(c collection.Collection, i int) bool {
	_, rank := c.At(i)
	return !rank.Withdrawn()
}

// Read returns the smallest version of that item, or nothing where open does not find
// it or it is not small.
func Read(ctx context.Context, c collection.Collection, open func(ctx context.Context, c collection.Collection, item, version int) (transport.Blob, error)) ([]byte, error) {
	item := Item(c)
	if item < 0 {
		return nil, nil
	}
	b, err := open(ctx, c, item, 0)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if b.Size() > maxSize {
		return nil, nil
	}
	return io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
}
