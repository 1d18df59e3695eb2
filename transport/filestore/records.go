package filestore

import (
	"context"
	"iter"

	"github.com/glimpse-go/glimpse/internal/ordered"
	"github.com/glimpse-go/glimpse/transport"
)

// Get implements transport.Records.
func (s *Store) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	values, versions, err := s.log.read(aRecord, keys...)
	if err != nil {
		return nil, err
	}
	found := make([]transport.Record, len(keys))
	for i, key := range keys {
		found[i] = transport.Record{Key: key, Value: values[i], Version: versions[i]}
	}
	return found, nil
}

// Scan implements transport.Records.
func (s *Store) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return ordered.Walk(ctx, s.log.keys(aRecord, prefix, after), limit, func(key string) (transport.Record, bool, error) {
		found, err := s.Get(ctx, key)
		if err != nil {
			return transport.Record{}, false, err
		}
		return found[0], found[0].Version > 0, nil
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
	changes := make([]change, len(batch.Changes))
	for i, c := range batch.Changes {
		changes[i] = newChange(aRecord, c.Key, c.Value)
	}
	return s.log.apply(batch.Conditions, changes)
}
