// Package memstore keeps a station's blobs and records in memory: for tests,
// for examples, and for devices that share once and switch off.
package memstore

import (
	"bytes"
	"context"
	"iter"
	"maps"
	"sync"

	"github.com/glimpse-go/glimpse/internal/ordered"
	"github.com/glimpse-go/glimpse/transport"
)

// Store is a transport.Store in memory. The zero Store is empty and ready for
// use. It lasts as long as the process does.
type Store struct {
	mu      sync.RWMutex
	blobs   ordered.Map[[]byte]
	parts   map[string][]byte
	open    map[string]bool
	records ordered.Map[value]
	version uint64 // of the last batch
}

var _ transport.Store = (*Store)(nil)

// Reopen returns the store as a new process would find it if this one crashed now: the
// uploads that are open are gone. The two share nothing from then on.
func (s *Store) Reopen() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{
		blobs:   s.blobs.Clone(),
		parts:   maps.Clone(s.parts),
		records: s.records.Clone(),
		version: s.version,
	}
}

// Open implements transport.Blobs.
func (s *Store) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	data, ok := s.blobs.Get(key)
	if !ok {
		return nil, transport.At(transport.ErrNotFound, key)
	}
	return blob{bytes.NewReader(data)}, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// Delete implements transport.Blobs.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blobs.Delete(key)
	delete(s.parts, key)
	return nil
}

// Part implements transport.Blobs.
func (s *Store) Part(ctx context.Context, key string) (int64, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return int64(len(s.parts[key])), ctx.Err()
}

// Create implements transport.Blobs.
func (s *Store) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrStorage, "key")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[key] {
		return nil, transport.At(transport.ErrConflict, key)
	}
	if s.open == nil {
		s.open = map[string]bool{}
	}
	s.open[key] = true
	return &writer{store: s, key: key, data: bytes.Clone(s.parts[key])}, nil
}

type writer struct {
	store *Store
	key   string
	data  []byte
	done  bool
}

func (w *writer) Write(p []byte) (int, error) {
	if w.done {
		return 0, transport.ErrClosed
	}
	w.data = append(w.data, p...)
	return len(p), nil
}

func (w *writer) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(w.data).ReadAt(p, off)
}

func (w *writer) Size() int64 { return int64(len(w.data)) }

func (w *writer) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.end(func(s *Store) {
		s.blobs.Set(w.key, w.data)
		delete(s.parts, w.key)
	}, transport.ErrClosed)
}

func (w *writer) Close() error {
	return w.end(func(s *Store) {
		if s.parts == nil {
			s.parts = map[string][]byte{}
		}
		s.parts[w.key] = w.data
	}, nil)
}

func (w *writer) Discard() error {
	return w.end(func(s *Store) { delete(s.parts, w.key) }, nil)
}

// end does the last step of an upload once, and returns late after that.
func (w *writer) end(step func(*Store), late error) error {
	if w.done {
		return late
	}
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	step(w.store)
	delete(w.store.open, w.key)
	w.done = true
	return nil
}

// List implements transport.Blobs.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return ordered.Walk(ctx, s.blobs.Keys(s.mu.RLocker(), prefix, after), limit, func(key string) (transport.BlobInfo, bool, error) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		data, ok := s.blobs.Get(key)
		return transport.BlobInfo{Key: key, Size: int64(len(data))}, ok, nil
	})
}
