package transporttest

import (
	"context"
	"errors"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// ErrCrash is what every change of a store returns once it has crashed.
var ErrCrash = errors.New("transporttest: crashed")

// Crash is a store whose process crashes, in effect, at one of its changes: a
// write, a commit, a batch. From then on nothing changes any more. To start
// again, make a new station on the store below.
type Crash struct {
	transport.Store
	// Before is the number of changes that are made; the next one is the one at
	// which the process crashes.
	Before int
	// After says that the crash comes after that change, before anybody is told.
	After bool

	mu   sync.Mutex
	done int
}

// Crashed reports whether the crash has come.
func (c *Crash) Crashed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done > c.Before
}

// change makes a change unless the process has crashed.
func (c *Crash) change(make func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	if c.done <= c.Before {
		return make()
	}
	if c.done == c.Before+1 && c.After {
		return errors.Join(make(), ErrCrash)
	}
	return ErrCrash
}

// Apply implements transport.Records.
func (c *Crash) Apply(ctx context.Context, changes ...transport.Change) error {
	return c.change(func() error { return c.Store.Apply(ctx, changes...) })
}

// Delete implements transport.Blobs.
func (c *Crash) Delete(ctx context.Context, key string) error {
	return c.change(func() error { return c.Store.Delete(ctx, key) })
}

// Create implements transport.Blobs.
func (c *Crash) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := c.Store.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	return &crashWriter{w, c}, nil
}

type crashWriter struct {
	transport.BlobWriter
	crash *Crash
}

func (w *crashWriter) Write(p []byte) (n int, err error) {
	err = w.crash.change(func() error {
		n, err = w.BlobWriter.Write(p)
		return err
	})
	return n, err
}

func (w *crashWriter) Commit(ctx context.Context) error {
	return w.crash.change(func() error { return w.BlobWriter.Commit(ctx) })
}

// Discard keeps the part after a crash, as nobody is left to remove it.
func (w *crashWriter) Discard() error {
	if w.crash.Crashed() {
		return errors.Join(ErrCrash, w.BlobWriter.Close())
	}
	return w.BlobWriter.Discard()
}
