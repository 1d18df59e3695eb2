package filestore

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// Open implements transport.Blobs.
func (s *Store) Open(ctx context.Context, key string) (transport.Blob, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrNotFound, "key")
	}
	path := s.path("blobs", key)
	f, err := s.fs.Open(path)
	if err != nil {
		return nil, storage(err)
	}
	size, err := f.Size()
	if err == nil {
		err = s.settle(filepath.Dir(path))
	}
	if err != nil {
		return nil, storage(errors.Join(err, f.Close()))
	}
	return &blob{f, f, size}, nil
}

// settle makes the names in a folder of blobs durable, once: who named the blobs
// may have been killed before, and what was found is not to be lost.
func (s *Store) settle(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled[dir] {
		return nil
	}
	err := s.fs.SyncDir(dir)
	s.settled[dir] = err == nil
	return err
}

type blob struct {
	io.ReaderAt
	io.Closer
	size int64
}

func (b *blob) Size() int64 { return b.size }

// Delete implements transport.Blobs.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !transport.ValidKey(key) {
		return nil
	}
	for _, sub := range []string{"blobs", "parts"} {
		if err := s.remove(s.path(sub, key)); err != nil {
			return storage(err)
		}
	}
	return nil
}

// remove removes a file durably; one that is not there is no error.
func (s *Store) remove(path string) error {
	if err := s.fs.Remove(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	return s.fs.SyncDir(filepath.Dir(path))
}

// Part implements transport.Blobs.
func (s *Store) Part(ctx context.Context, key string) (int64, error) {
	if err := ctx.Err(); err != nil || !transport.ValidKey(key) {
		return 0, err
	}
	size, err := s.fs.Size(s.path("parts", key))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	return size, storage(err)
}

// Create implements transport.Blobs.
func (s *Store) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrStorage, "key")
	}
	if !s.claim(key) {
		return nil, transport.At(transport.ErrConflict, key)
	}
	w, err := s.newWriter(key)
	if err != nil {
		s.release(key)
		return nil, storage(err)
	}
	return w, nil
}

func (s *Store) claim(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.open[key]
	s.open[key] = true
	return !taken
}

func (s *Store) release(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, key)
}

func (s *Store) newWriter(key string) (*writer, error) {
	path := s.path("parts", key)
	if err := s.makeDirs(filepath.Dir(path)); err != nil {
		return nil, err
	}
	f, err := s.fs.OpenToWrite(path)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &writer{store: s, key: key, file: f, size: size}, nil
}

// writer is an upload under way; the file is nil once it has ended.
type writer struct {
	store *Store
	key   string
	file  disk.File
	size  int64
}

func (w *writer) Write(p []byte) (int, error) {
	if w.file == nil {
		return 0, transport.ErrClosed
	}
	n, err := w.file.WriteAt(p, w.size)
	w.size += int64(n)
	return n, storage(err)
}

func (w *writer) ReadAt(p []byte, off int64) (int, error) {
	if w.file == nil {
		return 0, transport.ErrClosed
	}
	return w.file.ReadAt(p, off)
}

func (w *writer) Size() int64 { return w.size }

func (w *writer) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.file == nil {
		return transport.ErrClosed
	}
	part, whole := w.store.path("parts", w.key), w.store.path("blobs", w.key)
	if err := w.store.makeDirs(filepath.Dir(whole)); err != nil {
		return storage(err)
	}
	if err := w.file.Sync(); err != nil {
		return storage(err)
	}
	if err := w.store.fs.Rename(part, whole); err != nil {
		return storage(err)
	}
	if err := w.store.fs.SyncDir(filepath.Dir(whole)); err != nil {
		return storage(err)
	}
	return w.end()
}

func (w *writer) Close() error {
	if w.file == nil {
		return nil
	}
	if w.size == 0 {
		return w.Discard()
	}
	err := w.file.Sync()
	if err == nil {
		err = w.store.fs.SyncDir(filepath.Dir(w.store.path("parts", w.key)))
	}
	return storage(errors.Join(err, w.end()))
}

func (w *writer) Discard() error {
	if w.file == nil {
		return nil
	}
	err := w.store.remove(w.store.path("parts", w.key))
	return storage(errors.Join(err, w.end()))
}

func (w *writer) end() error {
	f := w.file
	w.file = nil
	w.store.release(w.key)
	return f.Close()
}
