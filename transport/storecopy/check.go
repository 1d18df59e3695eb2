package storecopy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// MaxDifferences is how many Check returns at most.
const MaxDifferences = 1000

// Check compares two stores, values and bytes, and returns what differs, records first, in
// the order of the keys; nothing if they are equal. It changes nothing. While one of them
// is in use, what was changed meanwhile may be named too. A blob that cannot be read is
// a difference; other errors end the walk: the stores', or the context's.
// What was found up to then is returned with them.
func Check(ctx context.Context, first, second transport.Store, options Options) ([]Difference, error) {
	c := &checker{Options: options, first: first, second: second}
	err := c.records(ctx)
	if err == nil && len(c.found) < MaxDifferences {
		err = c.blobs(ctx)
	}
	slices.SortFunc(c.found, func(a, b Difference) int {
		return cmp.Or(-cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
	return c.found, err
}

type checker struct {
	Options
	first, second transport.Store

	mu     sync.Mutex
	found  []Difference
	report Report
}

// looked counts one of kind, and keeps a difference. It reports whether there is room
// for more.
func (c *checker) looked(counts *Counts, d Difference, equal bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts.Seen++
	if !equal && len(c.found) < MaxDifferences {
		c.found = append(c.found, d)
	}
	if c.Progress != nil {
		c.Progress(c.report)
	}
	return len(c.found) < MaxDifferences
}

func (c *checker) records(ctx context.Context) error {
	for p, err := range pairs(c.first.Scan(ctx, "", "", 0), c.second.Scan(ctx, "", "", 0), recordKey) {
		if err != nil {
			return err
		}
		d := difference("record", p)
		equal := d.First && d.Second && bytes.Equal(p.first.Value, p.second.Value)
		if !c.looked(&c.report.Records, d, equal) {
			return nil
		}
	}
	return nil
}

func difference[T any](kind string, p pair[T]) Difference {
	return Difference{Kind: kind, Key: p.key, First: p.first != nil, Second: p.second != nil}
}

// errEnough ends the walk of the blobs when there is no room for more differences.
var errEnough = errors.New("enough differences")

func (c *checker) blobs(ctx context.Context) error {
	g := newGroup(ctx, c.Blobs, 1)
	for p, err := range pairs(c.first.List(ctx, "", "", 0), c.second.List(ctx, "", "", 0), blobKey) {
		if err != nil {
			g.fail(err)
			break
		}
		if !g.run(func(ctx context.Context) error { return c.blob(ctx, p) }) {
			break
		}
	}
	if err := g.wait(); !errors.Is(err, errEnough) {
		return err
	}
	return nil
}

func (c *checker) blob(ctx context.Context, p pair[transport.BlobInfo]) error {
	d := difference("blob", p)
	equal := d.First && d.Second && p.first.Size == p.second.Size
	if equal {
		equal, d.Err = sameBlob(ctx, c.first, c.second, p.key)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !c.looked(&c.report.Blobs, d, equal) {
		return errEnough
	}
	return nil
}
