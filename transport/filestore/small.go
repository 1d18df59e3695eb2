package filestore

import (
	"bytes"
	"context"
	"iter"

	"github.com/glimpse-go/glimpse/transport"
)

// maxSmall is how many bytes a blob has at most that is kept in the log; so is a part. A
// blob may be in both, log and file, after a crash: then the one in the log counts. So
// may a part, of which that in the log is a beginning.
const maxSmall = 64 << 10

// Open implements transport.Blobs.
func (s *Store) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.moving.RLock()
	defer s.moving.RUnlock()
	values, versions, err := s.log.read(aBlob, key)
	if err != nil {
		return nil, err
	}
	if versions[0] > 0 {
		return small{bytes.NewReader(values[0])}, nil
	}
	return s.files.Open(ctx, key)
}

// small is an open blob that is kept in the log.
type small struct{ *bytes.Reader }

func (small) Close() error { return nil }

// Delete implements transport.Blobs.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.files.Delete(ctx, key); err != nil {
		return err
	}
	if s.files.isOpen(key) {
		return s.forget(key, aBlob)
	}
	return s.forget(key, aBlob, aPart)
}

// forget removes what the log has of a key, in one batch.
func (s *Store) forget(key string, kinds ...kind) error {
	var changes []change
	for _, k := range kinds {
		if _, ok := s.log.length(k, key); ok {
			changes = append(changes, newChange(k, key, nil))
		}
	}
	if len(changes) == 0 {
		return nil
	}
	_, err := s.log.apply(nil, changes)
	return err
}

// Part implements transport.Blobs.
func (s *Store) Part(ctx context.Context, key string) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if n, ok := s.log.length(aPart, key); ok {
		return n, nil
	}
	return s.files.Part(ctx, key)
}

// List implements transport.Blobs.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return func(yield func(transport.BlobInfo, error) bool) {
		n := 0
		for info, err := range s.list(ctx, prefix, after) {
			if n++; !yield(info, err) || err != nil || n == limit {
				return
			}
		}
	}
}

// list lists blobs of both, log and files, in order.
func (s *Store) list(ctx context.Context, prefix, after string) iter.Seq2[transport.BlobInfo, error] {
	return func(yield func(transport.BlobInfo, error) bool) {
		next, stop := iter.Pull2(s.files.List(ctx, prefix, after, 0))
		defer stop()
		large, err, more := next()
		for key := range s.log.keys(aBlob, prefix, after) {
			for ; more && (err != nil || large.Key < key); large, err, more = next() {
				if !yield(large, err) {
					return
				}
			}
			if more && large.Key == key {
				large, err, more = next()
			}
			if n, ok := s.log.length(aBlob, key); ok && !yield(transport.BlobInfo{Key: key, Size: n}, ctx.Err()) {
				return
			}
		}
		for ; more && yield(large, err); large, err, more = next() {
		}
	}
}
