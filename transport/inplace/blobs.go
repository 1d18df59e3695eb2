package inplace

import (
	"context"
	"iter"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

// Open implements transport.Blobs.
func (s *Store) Open(ctx context.Context, key string) (transport.Blob, error) {
	to, err := s.referenceOf(ctx, key)
	if err != nil {
		return nil, err
	}
	if to == nil {
		return s.Store.Open(ctx, key)
	}
	f, err := openFile(to.Path)
	if err != nil {
		return nil, err
	}
	if f.Length != to.Length || !f.Changed.Equal(to.Changed) {
		f.Close()
		return nil, transport.At(transport.ErrNotFound, to.Path+" has changed")
	}
	return f, nil
}

// Create implements transport.Blobs.
func (s *Store) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	below, err := s.Store.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	return &writer{BlobWriter: below, store: s, key: key}, nil
}

// Delete implements transport.Blobs. The file that a blob refers to stays.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.forget(ctx, key); err != nil {
		return err
	}
	return s.Store.Delete(ctx, key)
}

// forget removes a reference, if there is one.
func (s *Store) forget(ctx context.Context, key string) error {
	records, err := s.Get(ctx, prefix+key)
	if err != nil || records[0].Version == 0 {
		return err
	}
	return s.refer(ctx, key, nil)
}

// List implements transport.Blobs. Of files it tells the sizes that they had.
func (s *Store) List(ctx context.Context, under, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return func(yield func(transport.BlobInfo, error) bool) {
		next, stop := iter.Pull2(s.references(ctx, under, after))
		defer stop()
		referred, err, more := next()
		n := 0
		give := func(b transport.BlobInfo, err error) bool {
			n++
			return yield(b, err) && err == nil && n != limit
		}
		for b, failed := range s.Store.List(ctx, under, after, 0) {
			for more && (err != nil || failed == nil && referred.Key < b.Key) {
				if !give(referred, err) {
					return
				}
				referred, err, more = next()
			}
			if more && failed == nil && referred.Key == b.Key {
				continue // what is below is about to be removed
			}
			if !give(b, failed) {
				return
			}
		}
		for more && give(referred, err) {
			referred, err, more = next()
		}
	}
}

// references lists the blobs that are files.
func (s *Store) references(ctx context.Context, under, after string) iter.Seq2[transport.BlobInfo, error] {
	return func(yield func(transport.BlobInfo, error) bool) {
		if after != "" {
			after = prefix + after
		}
		for r, err := range s.Store.Scan(ctx, prefix+under, after, 0) {
			var to *reference
			if err == nil {
				to, err = read(r)
			}
			if err != nil {
				yield(transport.BlobInfo{}, err)
				return
			}
			if !yield(transport.BlobInfo{Key: strings.TrimPrefix(r.Key, prefix), Size: to.Length}, nil) {
				return
			}
		}
	}
}

// Scan implements transport.Records. References are not listed.
func (s *Store) Scan(ctx context.Context, under, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		n := 0
		for r, err := range s.Store.Scan(ctx, under, after, 0) {
			if err == nil && strings.HasPrefix(r.Key, prefix) {
				continue
			}
			if n++; !yield(r, err) || n == limit {
				return
			}
		}
	}
}
