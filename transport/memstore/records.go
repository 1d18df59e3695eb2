package memstore

import (
	"bytes"
	"context"
	"iter"

	"github.com/glimpse-go/glimpse/transport"
)

// value is what is there of a record.
type value struct {
	data    []byte
	version uint64
}

// Get implements transport.Records.
func (s *Store) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]transport.Record, len(keys))
	for i, key := range keys {
		v, _ := s.records.Get(key)
		out[i] = transport.Record{Key: key, Value: bytes.Clone(v.data), Version: v.version}
	}
	return out, nil
}

// Scan implements transport.Records.
func (s *Store) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		n := 0
		for key := range s.records.Keys(&s.mu, prefix, after) {
			found, err := s.Get(ctx, key)
			if err != nil {
				yield(transport.Record{}, err)
				return
			}
			if found[0].Version == 0 {
				continue // removed since the walk began
			}
			if n++; !yield(found[0], nil) || n == limit {
				return
			}
		}
	}
}

// Apply implements transport.Records.
func (s *Store) Apply(ctx context.Context, batch transport.Batch) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := batch.Check(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range batch.Conditions {
		if v, _ := s.records.Get(c.Key); v.version != c.Version {
			return 0, transport.At(transport.ErrConflict, c.Key)
		}
	}
	s.version++
	for _, c := range batch.Changes {
		if c.Value == nil {
			s.records.Delete(c.Key)
		} else {
			s.records.Set(c.Key, value{bytes.Clone(c.Value), s.version})
		}
	}
	return s.version, nil
}
