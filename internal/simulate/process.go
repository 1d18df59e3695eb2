package main

import (
	"context"
	"errors"
	"iter"

	"github.com/glimpse-go/glimpse/transport"
)

// errCrashed is what a process that is dead hears from its store.
var errCrashed = errors.New("crashed")

// When, relative to a change of its store, a process crashes.
const (
	before = iota
	during // of a write, a part is written; of all else, nothing
	after
)

// process is a store as one process of a station has it. At one of its changes
// the process may crash; from then on it neither changes nor reads anything.
type process struct {
	transport.Store
	left  int // changes until the crash; negative: none comes
	when  int
	part  float64 // of bytes that were not yet safe at the crash, how many are there
	dead  bool
	crash func() // is told of the crash
}

// change makes a change unless the process is dead, and half makes half of it.
func (p *process) change(whole, half func() error) error {
	if p.dead {
		return errCrashed
	}
	if p.left < 0 {
		return whole()
	}
	if p.left--; p.left >= 0 {
		return whole()
	}
	p.dead = true
	var err error
	switch p.when {
	case during:
		err = half()
	case after:
		err = whole()
	}
	p.crash()
	return errors.Join(err, errCrashed)
}

func nothing() error { return nil }

// Apply implements transport.Records.
func (p *process) Apply(ctx context.Context, changes ...transport.Change) error {
	return p.change(func() error { return p.Store.Apply(ctx, changes...) }, nothing)
}

// Delete implements transport.Blobs.
func (p *process) Delete(ctx context.Context, key string) error {
	return p.change(func() error { return p.Store.Delete(ctx, key) }, nothing)
}

// Get implements transport.Records.
func (p *process) Get(ctx context.Context, key string) ([]byte, error) {
	if p.dead {
		return nil, errCrashed
	}
	return p.Store.Get(ctx, key)
}

// Scan implements transport.Records.
func (p *process) Scan(ctx context.Context, prefix string) iter.Seq2[transport.Record, error] {
	if p.dead {
		return func(yield func(transport.Record, error) bool) { yield(transport.Record{}, errCrashed) }
	}
	return p.Store.Scan(ctx, prefix)
}

// Open implements transport.Blobs.
func (p *process) Open(ctx context.Context, key string) (transport.Blob, error) {
	if p.dead {
		return nil, errCrashed
	}
	return p.Store.Open(ctx, key)
}

// Create implements transport.Blobs.
func (p *process) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if p.dead {
		return nil, errCrashed
	}
	w, err := p.Store.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	return &processWriter{BlobWriter: w, process: p, key: key}, nil
}

type processWriter struct {
	transport.BlobWriter
	process   *process
	key       string
	committed bool
}

func (w *processWriter) Write(b []byte) (n int, err error) {
	write := func(b []byte) func() error {
		return func() error {
			n, err = w.BlobWriter.Write(b)
			return err
		}
	}
	err = w.process.change(write(b), write(b[:len(b)/2]))
	return n, err
}

func (w *processWriter) Commit(ctx context.Context) error {
	return w.process.change(func() error {
		err := w.BlobWriter.Commit(ctx)
		w.committed = err == nil
		return err
	}, nothing)
}

// Close keeps, after a crash, only some of the bytes: the others had not
// reached the disk.
func (w *processWriter) Close() error {
	if !w.process.dead {
		return w.BlobWriter.Close()
	}
	return w.lose()
}

func (w *processWriter) Discard() error {
	if !w.process.dead {
		return w.BlobWriter.Discard()
	}
	return w.lose()
}

func (w *processWriter) lose() error {
	if w.committed {
		return errCrashed
	}
	kept := make([]byte, int64(w.process.part*float64(w.Size())))
	if len(kept) > 0 {
		if _, err := w.BlobWriter.ReadAt(kept, 0); err != nil {
			return errors.Join(err, errCrashed)
		}
	}
	if err := w.BlobWriter.Discard(); err != nil {
		return errors.Join(err, errCrashed)
	}
	again, err := w.process.Store.Create(context.Background(), w.key)
	if err == nil {
		again.Write(kept)
		err = again.Close()
	}
	return errors.Join(err, errCrashed)
}
