package storecopy

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// What is changed in one batch of records, at most.
const (
	batchChanges = 1000
	batchBytes   = 4 << 20
)

// Copy makes to what from is, in one pass; see the package's comment. First the records are
// copied and then the blobs, so that the blobs are there that the records speak of. It
// may be stopped at any moment: another pass goes on, also within a blob.
//
// A blob that cannot be read or written is left out, unless there are a hundred of them; all other
// errors end the pass. They are those of the stores, or the context's. The report is
// right in any case.
func Copy(ctx context.Context, to, from transport.Store, options Options) (Report, error) {
	c := &copier{to: to, from: from, Options: options}
	if err := c.records(ctx); err != nil {
		return c.report, err
	}
	err := c.blobs(ctx)
	return c.report, err
}

// copier is a pass under way.
type copier struct {
	Options
	to, from transport.Store

	mu     sync.Mutex
	report Report
}

// done adds to the report under its lock, and tells it.
func (c *copier) done(add func(*Report)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	add(&c.report)
	if c.Progress != nil {
		c.Progress(c.report)
	}
}

func recordKey(r transport.Record) string { return r.Key }

func (c *copier) records(ctx context.Context) error {
	var b batch
	for p, err := range pairs(c.from.Scan(ctx, "", "", 0), c.to.Scan(ctx, "", "", 0), recordKey) {
		if err != nil {
			return err
		}
		b.add(p)
		if b.full() {
			if err := c.apply(ctx, b); err != nil {
				return err
			}
			b = batch{}
		}
	}
	return c.apply(ctx, b)
}

// batch is a set of changes, and what it adds to the report.
type batch struct {
	changes []transport.Change
	counts  Counts
}

// add adds the change that makes the second of a pair what the first is, if any.
func (b *batch) add(p pair[transport.Record]) {
	b.counts.Seen++
	switch {
	case p.first == nil:
		b.counts.Removed++
		b.changes = append(b.changes, transport.Change{Key: p.key})
	case p.second == nil || !bytes.Equal(p.first.Value, p.second.Value):
		b.counts.Copied++
		b.counts.Bytes += int64(len(p.first.Value))
		value := p.first.Value
		if value == nil { // which would remove it
			value = []byte{}
		}
		b.changes = append(b.changes, transport.Change{Key: p.key, Value: value})
	}
}

func (b *batch) full() bool {
	return len(b.changes) >= batchChanges || b.counts.Bytes >= batchBytes || b.counts.Seen >= 100*batchChanges
}

func (c *copier) apply(ctx context.Context, b batch) error {
	if len(b.changes) > 0 {
		if _, err := c.to.Apply(ctx, transport.Batch{Changes: b.changes}); err != nil {
			return err
		}
	}
	c.done(func(r *Report) { r.Records.add(b.counts) })
	return nil
}

func (c *Counts) add(d Counts) {
	c.Seen += d.Seen
	c.Copied += d.Copied
	c.Removed += d.Removed
	c.Bytes += d.Bytes
}

// maxFailed is how many blobs may fail before a pass ends.
const maxFailed = 100

func blobKey(b transport.BlobInfo) string { return b.Key }

func (c *copier) blobs(ctx context.Context) error {
	g := newGroup(ctx, c.Blobs, maxFailed)
	for p, err := range pairs(c.from.List(ctx, "", "", 0), c.to.List(ctx, "", "", 0), blobKey) {
		if err != nil {
			g.fail(err)
			break
		}
		if !g.run(func(ctx context.Context) error { return transport.At(c.blob(ctx, p), p.key) }) {
			break
		}
	}
	return g.wait()
}

// blob makes the second of a pair what the first is. One that is gone meanwhile is left
// for the next pass.
func (c *copier) blob(ctx context.Context, p pair[transport.BlobInfo]) error {
	counts, err := c.change(ctx, p)
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	counts.Seen = 1
	c.done(func(r *Report) { r.Blobs.add(counts) })
	return nil
}

func (c *copier) change(ctx context.Context, p pair[transport.BlobInfo]) (Counts, error) {
	switch {
	case p.first == nil:
		return Counts{Removed: 1}, c.to.Delete(ctx, p.key)
	case p.second != nil && c.equal(ctx, p):
		return Counts{}, nil
	}
	n, err := copyBlob(ctx, c.to, c.from, p.key)
	if err != nil {
		return Counts{}, err
	}
	return Counts{Copied: 1, Bytes: n}, nil
}

// equal reports whether a blob need not be copied. One that cannot be read is.
func (c *copier) equal(ctx context.Context, p pair[transport.BlobInfo]) bool {
	if p.first.Size != p.second.Size || !c.Bytes {
		return p.first.Size == p.second.Size
	}
	equal, err := sameBlob(ctx, c.from, c.to, p.key)
	return equal && err == nil
}
