package memstore

import (
	"bytes"
	"context"
	"iter"

	"github.com/glimpse-go/glimpse/internal/ordered"
	"github.com/glimpse-go/glimpse/transport"
)

// value is what is there of a record. Its bytes never change, so that they are copied
// without the lock.
type value struct {
	data    []byte
	version uint64
}

// Get implements transport.Records.
func (s *Store) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := s.find(keys)
	for i := range out {
		out[i].Value = bytes.Clone(out[i].Value)
	}
	return out, nil
}

// find returns records as they are at one moment; their values are the store's.
func (s *Store) find(keys []string) []transport.Record {
	out := make([]transport.Record, len(keys))
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i, key := range keys {
		v, _ := s.records.Get(key)
		out[i] = transport.Record{Key: key, Value: v.data, Version: v.version}
	}
	return out
}

// Scan implements transport.Records.
func (s *Store) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return ordered.Walk(ctx, s.records.Keys(s.mu.RLocker(), prefix, after), limit, func(key string) (transport.Record, bool, error) {
		r := s.find([]string{key})[0]
		r.Value = bytes.Clone(r.Value)
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
