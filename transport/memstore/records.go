package memstore

import (
	"bytes"
	"context"
	"iter"

	"github.com/glimpse-go/glimpse/internal/ordered"
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
		out[i] = s.record(key)
	}
	return out, nil
}

// record returns a copy of a record; the caller holds mu.
func (s *Store) record(key string) transport.Record {
	v, _ := s.records.Get(key)
	return transport.Record{Key: key, Value: bytes.Clone(v.data), Version: v.version}
}

// Scan implements transport.Records.
func (s *Store) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return ordered.Walk(ctx, s.records.Keys(&s.mu, prefix, after), limit, func(key string) (transport.Record, bool, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		r := s.record(key)
		return r, r.Version > 0, nil
	})
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
