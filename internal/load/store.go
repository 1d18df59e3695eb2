package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/sqlitestore"
)

// All that depends on the contract of stores is in this file.

// kinds are the stores that can be measured, by their names. One is opened in a
// folder; its records, and its blobs, stay there.
var kinds = map[string]func(ctx context.Context, dir string) (transport.Store, error){
	"mem":    func(context.Context, string) (transport.Store, error) { return new(memstore.Store), nil },
	"file":   func(_ context.Context, dir string) (transport.Store, error) { return filestore.Open(dir) },
	"pg":     openShared,
	"sqlite": func(ctx context.Context, dir string) (transport.Store, error) { return sqlitestore.Open(ctx, dir) },
}

// counted is a store that counts what is written into it. It is safe for concurrent
// use.
type counted struct {
	transport.Store
	dir                string
	records            atomic.Int64 // bytes of the keys and values in all batches
	first              atomic.Int64 // the same of the first batch since it was 0
	blobs              atomic.Int64 // bytes that were written of blobs
	batches, conflicts atomic.Int64 // that change something, and of them those that did not
	reads              atomic.Int64 // calls that change nothing
	largest, most      atomic.Int64 // bytes of a value, and changes of a batch

	last atomic.Int64 // when a change was made last, in nanoseconds since 1970
}

// openStore opens a store of a kind in a folder.
func openStore(ctx context.Context, kind, dir string) (*counted, error) {
	open := kinds[kind]
	if open == nil {
		return nil, fmt.Errorf("no store is called %q", kind)
	}
	s, err := open(ctx, dir)
	return &counted{Store: s, dir: dir}, err
}

// Close closes the store, where it can be closed.
func (s *counted) Close() error {
	if c, ok := s.Store.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Apply implements transport.Records.
func (s *counted) Apply(ctx context.Context, batch transport.Batch) (uint64, error) {
	version, err := s.Store.Apply(ctx, batch)
	if len(batch.Changes) == 0 {
		s.reads.Add(1)
		return version, err
	}
	s.batches.Add(1)
	if errors.Is(err, transport.ErrConflict) {
		s.conflicts.Add(1)
	}
	if err != nil {
		return version, err
	}
	var size int64
	for _, c := range batch.Changes {
		size += int64(len(c.Key) + len(c.Value))
		raise(&s.largest, len(c.Value))
	}
	s.records.Add(size)
	s.first.CompareAndSwap(0, size)
	raise(&s.most, len(batch.Changes))
	s.changed()
	return version, nil
}

// raise makes a number that of what is larger.
func raise(to *atomic.Int64, n int) {
	for old := to.Load(); int64(n) > old && !to.CompareAndSwap(old, int64(n)); old = to.Load() {
	}
}

// Get implements transport.Records.
func (s *counted) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	s.reads.Add(1)
	return s.Store.Get(ctx, keys...)
}

// Scan implements transport.Records.
func (s *counted) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	s.reads.Add(1)
	return s.Store.Scan(ctx, prefix, after, limit)
}

// changed notes that a change has been made.
func (s *counted) changed() { s.last.Store(time.Now().UnixNano()) }

// How long nothing is written before all that follows from a request counts as done, and
// for how long that is waited for.
const (
	stillness   = 100 * time.Millisecond
	maxSettling = time.Minute
)

// settle waits until nothing is written any more, and returns when something was last.
func (s *counted) settle(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, maxSettling)
	defer cancel()
	since := time.Now()
	for {
		last := time.Unix(0, s.last.Load())
		rest := stillness - min(time.Since(last), time.Since(since))
		if rest <= 0 {
			return last, nil
		}
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return last, fmt.Errorf("the store does not settle: %w", ctx.Err())
		}
	}
}

// Create implements transport.Blobs.
func (s *counted) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := s.Store.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	return &countedWriter{w, s}, nil
}

type countedWriter struct {
	transport.BlobWriter
	in *counted
}

// Write implements transport.BlobWriter.
func (w *countedWriter) Write(p []byte) (int, error) {
	n, err := w.BlobWriter.Write(p)
	w.in.blobs.Add(int64(n))
	return n, err
}

// Commit implements transport.BlobWriter.
func (w *countedWriter) Commit(ctx context.Context) error {
	defer w.in.changed()
	return w.BlobWriter.Commit(ctx)
}

// written is how many bytes were written, of records and of blobs.
func (s *counted) written() int64 { return s.records.Load() + s.blobs.Load() }

// set sets records in one batch.
func set(ctx context.Context, s transport.Store, records []transport.Record) error {
	changes := make([]transport.Change, len(records))
	for i, r := range records {
		changes[i] = transport.Change{Key: r.Key, Value: r.Value}
	}
	_, err := s.Apply(ctx, transport.Batch{Changes: changes})
	return err
}
