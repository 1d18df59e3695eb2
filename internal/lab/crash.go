package lab

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// ErrCrashed is what a process that has crashed hears from its store.
var ErrCrashed = disk.ErrCrashed

// Crash is a store as one process of a station has it, which crashes at one of its
// changes: a write, a commit, a removal, a batch; or where the store below does. From
// then on it neither changes nor reads anything. The next process is made on the store
// below.
type Crash struct {
	transport.Store
	// Before is how many changes are made; the next one is the one at which the
	// process crashes. If it is negative, none does.
	Before int
	// After says that the crash comes after that change, before anybody is told.
	After bool
	// Kept is how much, from 0 to 1, is there after the crash of the bytes that
	// were not safe yet: of a blob that was not committed or closed.
	Kept float64
	// OnCrash is told of the crash; nil = nobody is.
	OnCrash func()

	mu   sync.Mutex
	dead bool
}

// Crashed reports whether the crash has come.
func (c *Crash) Crashed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

// Kill has the process crash now.
func (c *Crash) Kill() {
	c.do(func() error { return ErrCrashed })
}

// change makes a change unless the process has crashed.
func (c *Crash) change(make func() error) error {
	return c.do(func() error {
		crashes := c.Before == 0
		if c.Before > 0 {
			c.Before--
		}
		if !crashes {
			return make()
		}
		if c.After {
			return errors.Join(make(), ErrCrashed)
		}
		return ErrCrashed
	})
}

// do does something unless the process has crashed, and sees whether it crashes.
func (c *Crash) do(work func() error) error {
	crashes, err := c.try(work)
	if crashes && c.OnCrash != nil {
		c.OnCrash()
	}
	return err
}

func (c *Crash) try(work func() error) (crashes bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return false, ErrCrashed
	}
	err = work()
	c.dead = errors.Is(err, ErrCrashed)
	return c.dead, err
}

// Apply implements transport.Records.
func (c *Crash) Apply(ctx context.Context, batch transport.Batch) (version uint64, err error) {
	err = c.change(func() (err error) {
		version, err = c.Store.Apply(ctx, batch)
		return err
	})
	return version, err
}

// Get implements transport.Records.
func (c *Crash) Get(ctx context.Context, keys ...string) (found []transport.Record, err error) {
	err = c.do(func() (err error) {
		found, err = c.Store.Get(ctx, keys...)
		return err
	})
	return found, err
}

// Scan implements transport.Records.
func (c *Crash) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return walk(c, c.Store.Scan(ctx, prefix, after, limit))
}

// List implements transport.Blobs.
func (c *Crash) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return walk(c, c.Store.List(ctx, prefix, after, limit))
}

// walk is a walk that ends when the process crashes.
func walk[T any](c *Crash, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if c.Crashed() {
			yield(*new(T), ErrCrashed)
			return
		}
		for found, err := range all {
			err = c.do(func() error { return err })
			if !yield(found, err) || err != nil {
				return
			}
		}
	}
}

// Part implements transport.Blobs.
func (c *Crash) Part(ctx context.Context, key string) (size int64, err error) {
	err = c.do(func() (err error) {
		size, err = c.Store.Part(ctx, key)
		return err
	})
	return size, err
}

// Delete implements transport.Blobs.
func (c *Crash) Delete(ctx context.Context, key string) error {
	return c.change(func() error { return c.Store.Delete(ctx, key) })
}

// Open implements transport.Blobs.
func (c *Crash) Open(ctx context.Context, key string) (b transport.Blob, err error) {
	err = c.do(func() (err error) {
		b, err = c.Store.Open(ctx, key)
		return err
	})
	return b, err
}

// Create implements transport.Blobs.
func (c *Crash) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w := &crashWriter{crash: c, key: key}
	err := c.do(func() (err error) {
		w.BlobWriter, err = c.Store.Create(ctx, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

type crashWriter struct {
	transport.BlobWriter
	crash *Crash
	key   string
	safe  bool
}

// Write implements transport.BlobWriter.
func (w *crashWriter) Write(p []byte) (n int, err error) {
	err = w.crash.change(func() error {
		n, err = w.BlobWriter.Write(p)
		return err
	})
	return n, err
}

// Commit implements transport.BlobWriter.
func (w *crashWriter) Commit(ctx context.Context) error {
	return w.crash.change(func() error {
		err := w.BlobWriter.Commit(ctx)
		w.safe = err == nil
		return err
	})
}

// Close implements transport.BlobWriter.
func (w *crashWriter) Close() error {
	return w.end(w.BlobWriter.Close)
}

// Discard implements transport.BlobWriter: after a crash, nobody is left to remove
// anything.
func (w *crashWriter) Discard() error {
	return w.end(w.BlobWriter.Discard)
}

func (w *crashWriter) end(how func() error) error {
	err := w.crash.do(how)
	if w.crash.Crashed() {
		w.lose()
	}
	return err
}

// lose leaves what is there after the crash of bytes that were not safe. Where the
// store below has crashed itself, it has seen to that.
func (w *crashWriter) lose() {
	if w.safe {
		return
	}
	w.safe = true
	kept := make([]byte, int64(w.crash.Kept*float64(w.Size())))
	w.ReadAt(kept, 0)
	w.BlobWriter.Discard()
	if len(kept) == 0 {
		return
	}
	if again, err := w.crash.Store.Create(context.Background(), w.key); err == nil {
		again.Write(kept)
		again.Close()
	}
}
