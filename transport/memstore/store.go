// Package memstore keeps a station's blobs and records in memory: for tests,
// for examples, and for devices that share once and switch off.
package memstore

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// Store is a transport.Store in memory. The zero Store is empty and ready for
// use. It lasts as long as the process does.
type Store struct {
	mu      sync.Mutex
	blobs   map[string][]byte
	parts   map[string][]byte
	open    map[string]bool
	records map[string][]byte
}

var _ transport.Store = (*Store)(nil)

// Open implements transport.Blobs.
func (s *Store) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.blobs[key]
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
	delete(s.blobs, key)
	delete(s.parts, key)
	return nil
}

// Part implements transport.Blobs.
func (s *Store) Part(ctx context.Context, key string) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
		if s.blobs == nil {
			s.blobs = map[string][]byte{}
		}
		s.blobs[w.key] = w.data
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

// Get implements transport.Records.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.records[key]
	if !ok {
		return nil, transport.At(transport.ErrNotFound, key)
	}
	return bytes.Clone(value), nil
}

// Scan implements transport.Records.
func (s *Store) Scan(ctx context.Context, prefix string) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for _, r := range s.snapshot(prefix) {
			if err := ctx.Err(); err != nil {
				yield(transport.Record{}, err)
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *Store) snapshot(prefix string) []transport.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []transport.Record
	for key, value := range s.records {
		if strings.HasPrefix(key, prefix) {
			all = append(all, transport.Record{Key: key, Value: bytes.Clone(value)})
		}
	}
	slices.SortFunc(all, func(a, b transport.Record) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

// Apply implements transport.Records.
func (s *Store) Apply(ctx context.Context, changes ...transport.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		if !transport.ValidKey(c.Key) {
			return transport.At(transport.ErrStorage, "key")
		}
		now, ok := s.records[c.Key]
		if c.Old != nil && (!ok || !bytes.Equal(now, c.Old)) {
			return transport.At(transport.ErrConflict, c.Key)
		}
	}
	if s.records == nil {
		s.records = map[string][]byte{}
	}
	for _, c := range changes {
		if c.Value == nil {
			delete(s.records, c.Key)
		} else {
			s.records[c.Key] = bytes.Clone(c.Value)
		}
	}
	return nil
}
