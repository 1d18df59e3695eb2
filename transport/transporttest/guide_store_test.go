package transporttest_test

import (
	"bytes"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestSmallestStore: the store of the guide is one.
func TestSmallestStore(t *testing.T) {
	stores := map[testing.TB]*store{}
	transporttest.Store(t, func(t testing.TB) transport.Store {
		if stores[t] == nil {
			stores[t] = &store{blobs: map[string][]byte{}, parts: map[string][]byte{}, records: map[string]transport.Record{}}
		} else {
			stores[t] = stores[t].crashed()
		}
		stores[t].open = map[string]bool{}
		return stores[t]
	})
}

// store is the smallest store: maps, and one lock.
type store struct {
	mu      sync.Mutex
	blobs   map[string][]byte
	parts   map[string][]byte // of uploads that were closed
	open    map[string]bool   // uploads
	records map[string]transport.Record
	version uint64
}

// crashed is the store as the next process finds it.
func (s *store) crashed() *store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &store{blobs: maps.Clone(s.blobs), parts: maps.Clone(s.parts), records: maps.Clone(s.records), version: s.version}
}

// do does something at one moment, unless the context is over.
func (s *store) do(ctx context.Context, something func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return something()
}

// Get returns all records as they are at one moment.
func (s *store) Get(ctx context.Context, keys ...string) (found []transport.Record, err error) {
	err = s.do(ctx, func() error {
		for _, key := range keys {
			r := s.records[key] // version 0 if it is not there
			found = append(found, transport.Record{Key: key, Value: bytes.Clone(r.Value), Version: r.Version})
		}
		return nil
	})
	return found, err
}

// Scan looks up each record when it is its turn: who walks may change others meanwhile.
func (s *store) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		n := 0
		for key, err := range s.keys(ctx, func() iter.Seq[string] { return maps.Keys(s.records) }, prefix, after) {
			var r []transport.Record
			if err == nil {
				r, err = s.Get(ctx, key)
			}
			if err != nil {
				yield(transport.Record{}, err)
				return
			}
			if r[0].Version == 0 {
				continue // it is gone
			}
			if n++; !yield(r[0], nil) || n == limit {
				return
			}
		}
	}
}

// keys are those that there are now, in order.
func (s *store) keys(ctx context.Context, of func() iter.Seq[string], prefix, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var all []string
		if err := s.do(ctx, func() error { all = slices.Sorted(of()); return nil }); err != nil {
			yield("", err)
			return
		}
		for _, key := range all {
			if strings.HasPrefix(key, prefix) && key > after && !yield(key, nil) {
				return
			}
		}
	}
}

// Apply checks all conditions before it makes the first change.
func (s *store) Apply(ctx context.Context, batch transport.Batch) (version uint64, err error) {
	if err := batch.Check(); err != nil {
		return 0, err
	}
	err = s.do(ctx, func() error {
		for _, c := range batch.Conditions {
			if s.records[c.Key].Version != c.Version {
				return transport.At(transport.ErrConflict, c.Key)
			}
		}
		s.version++
		for _, c := range batch.Changes {
			if c.Value == nil {
				delete(s.records, c.Key)
			} else {
				s.records[c.Key] = transport.Record{Value: append([]byte{}, c.Value...), Version: s.version}
			}
		}
		version = s.version
		return nil
	})
	return version, err
}

// Open opens bytes that nobody changes: another blob of the key is another slice.
func (s *store) Open(ctx context.Context, key string) (b transport.Blob, err error) {
	err = s.do(ctx, func() error {
		data, found := s.blobs[key]
		if !found {
			return transport.At(transport.ErrNotFound, key)
		}
		b = transport.BytesBlob(data)
		return nil
	})
	return b, err
}

func (s *store) Delete(ctx context.Context, key string) error {
	return s.do(ctx, func() error { delete(s.blobs, key); delete(s.parts, key); return nil })
}

func (s *store) Part(ctx context.Context, key string) (n int64, err error) {
	err = s.do(ctx, func() error { n = int64(len(s.parts[key])); return nil })
	return n, err
}

func (s *store) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return func(yield func(transport.BlobInfo, error) bool) {
		n := 0
		for key, err := range s.keys(ctx, func() iter.Seq[string] { return maps.Keys(s.blobs) }, prefix, after) {
			info := transport.BlobInfo{Key: key}
			found := false
			if err == nil {
				err = s.do(ctx, func() error {
					data, there := s.blobs[key]
					info.Size, found = int64(len(data)), there
					return nil
				})
			}
			if err == nil && !found {
				continue // it is gone
			}
			if n++; !yield(info, err) || err != nil || n == limit {
				return
			}
		}
	}
}

// Create goes on with what an upload before has left.
func (s *store) Create(ctx context.Context, key string) (w transport.BlobWriter, err error) {
	err = s.do(ctx, func() error {
		if !transport.ValidKey(key) {
			return transport.At(transport.ErrStorage, "key")
		}
		if s.open[key] {
			return transport.At(transport.ErrConflict, key)
		}
		s.open[key] = true
		w = &upload{store: s, key: key, data: bytes.Clone(s.parts[key])}
		return nil
	})
	return w, err
}

// upload is one at a time of a key.
type upload struct {
	store *store
	key   string
	data  []byte
	ended bool
}

func (u *upload) Write(p []byte) (int, error) {
	if u.ended {
		return 0, transport.ErrClosed
	}
	u.data = append(u.data, p...)
	return len(p), nil
}

func (u *upload) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(u.data).ReadAt(p, at)
}

func (u *upload) Size() int64 { return int64(len(u.data)) }

// Commit makes the blob visible, at once and whole.
func (u *upload) Commit(ctx context.Context) error {
	if u.ended {
		return transport.ErrClosed
	}
	return u.end(ctx, func() { u.store.blobs[u.key] = u.data; delete(u.store.parts, u.key) })
}

func (u *upload) Close() error {
	return u.end(context.Background(), func() { u.store.parts[u.key] = u.data })
}

func (u *upload) Discard() error {
	return u.end(context.Background(), func() { delete(u.store.parts, u.key) })
}

func (u *upload) end(ctx context.Context, how func()) error {
	if u.ended {
		return nil
	}
	return u.store.do(ctx, func() error {
		u.ended = true
		delete(u.store.open, u.key)
		how()
		return nil
	})
}
