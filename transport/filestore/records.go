package filestore

import (
	"context"
	"errors"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

// Get implements transport.Records.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.get(key)
}

// Scan implements transport.Records.
func (s *Store) Scan(ctx context.Context, prefix string) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for _, key := range s.keys(prefix) {
			value, err := s.Get(ctx, key)
			if errors.Is(err, transport.ErrNotFound) {
				continue // removed since the walk began
			}
			if !yield(transport.Record{Key: key, Value: value}, err) || err != nil {
				return
			}
		}
	}
}

func (s *Store) keys(prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for key := range s.log.index {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Apply implements transport.Records.
func (s *Store) Apply(ctx context.Context, changes ...transport.Change) error {
	if err := ctx.Err(); err != nil || len(changes) == 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var batch []byte
	for _, c := range changes {
		if !transport.ValidKey(c.Key) {
			return transport.At(transport.ErrStorage, "key")
		}
		if c.Old != nil && !s.log.equal(c.Key, c.Old) {
			return transport.At(transport.ErrConflict, c.Key)
		}
		batch = appendChange(batch, c.Key, c.Value)
	}
	if err := s.log.append(batch); err != nil {
		return err
	}
	if s.log.size > minCompact && s.log.live < s.log.size/4 {
		return s.log.compact()
	}
	return nil
}

// compact writes the newest values to a log of their own, which takes the
// place of the old one. The records do not change; where it cannot be done,
// for want of space for example, the old log goes on.
func (l *recordLog) compact() error {
	fresh := recordLog{fs: l.fs, path: l.path, index: map[string]place{}}
	f, err := l.fs.OpenToWrite(l.path + ".new")
	if err != nil {
		return nil
	}
	fresh.file = f
	if err := l.copyTo(&fresh); err != nil {
		f.Close()
		l.fs.Remove(l.path + ".new")
		return nil
	}
	old := l.file
	*l = fresh
	return storage(errors.Join(old.Close(), l.fs.SyncDir(filepath.Dir(l.path))))
}

func (l *recordLog) copyTo(fresh *recordLog) error {
	if err := fresh.file.Truncate(0); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(l.index)) {
		value, err := l.get(key)
		if err != nil {
			return err
		}
		batch := appendChange(nil, key, value)
		if err := fresh.write(batch); err != nil {
			return err
		}
		if err := fresh.replay(batch); err != nil {
			return err
		}
	}
	if err := fresh.sync(); err != nil {
		return err
	}
	return l.fs.Rename(l.path+".new", l.path)
}
