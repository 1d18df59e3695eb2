package main

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// streamSubject encodes a collection as a device does, which never holds it:
// all items pending, and a digest of each thumbnail. The heap is all that the
// encoder allocates, and so no less than what it holds at any moment.
func streamSubject(d *data) *subject {
	s := timed(sdk, "stream", len(d.ids), writeStream(d, io.Discard), func() { writeStream(d, io.Discard) })
	s.heap = func() int { return churn(func() { writeStream(d, io.Discard) }) }
	return s
}

// writeStream returns how many bytes it wrote.
func writeStream(d *data, w io.Writer) int {
	count := &counter{w: w}
	stream := collection.Stream{
		Header: d.header(), Body: d.bodyWithoutItems(), Len: len(d.ids),
		Items:   each(d, func(id collection.ItemID) collection.ItemID { return id }),
		Digests: []iter.Seq[collection.Digest]{each(d, thumbnailDigest)},
	}
	must(stream.Write(context.Background(), count, nil, time.Time{}))
	return count.n
}

// each yields what of makes of every id.
func each[T any](d *data, of func(id collection.ItemID) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, id := range d.ids {
			if !yield(of(id)) {
				return
			}
		}
	}
}

// thumbnailDigest returns something that looks like a digest.
func thumbnailDigest(id collection.ItemID) (digest collection.Digest) {
	copy(digest[:], id[:])
	copy(digest[len(id):], id[:])
	return digest
}

// counter counts what it passes on.
type counter struct {
	w io.Writer
	n int
}

func (c *counter) Write(b []byte) (int, error) {
	c.n += len(b)
	return c.w.Write(b)
}
