package s3store

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/glimpse-go/glimpse/transport"
)

// Create implements transport.Blobs. A part that is there is read whole into the
// file of the upload.
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
	w := &writer{store: s, key: key}
	if err := w.begin(ctx); err != nil {
		w.end()
		return nil, failed(ctx, err)
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

// writer is an upload under way; done once it has ended.
type writer struct {
	store *Store
	key   string
	spool *os.File
	named bool // the spool is still in its folder
	size  int64
	part  bool // S3 has a part of it
	done  bool
}

// begin makes the file, and fills it with the part that S3 has.
func (w *writer) begin(ctx context.Context) error {
	part, err := w.store.openObject(ctx, w.store.partName(w.key))
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	if w.spool, err = os.CreateTemp(w.store.config.Spool, "glimpse-upload-"); err != nil {
		return err
	}
	w.named = os.Remove(w.spool.Name()) != nil // where the system can, no crash leaves it
	if part == nil {
		return nil
	}
	w.part = true
	for w.size < part.size {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := part.read(w.size, mostWindow)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// Write implements io.Writer.
func (w *writer) Write(p []byte) (int, error) {
	if w.done {
		return 0, transport.ErrClosed
	}
	n, err := w.spool.WriteAt(p, w.size)
	w.size += int64(n)
	return n, failed(context.Background(), err)
}

// ReadAt implements io.ReaderAt.
func (w *writer) ReadAt(p []byte, off int64) (int, error) {
	if w.done {
		return 0, transport.ErrClosed
	}
	n, err := w.spool.ReadAt(p, off)
	if err == io.EOF {
		return n, err
	}
	return n, failed(context.Background(), err)
}

func (w *writer) Size() int64 { return w.size }

// Commit sends the blob, and then removes the part. If the process ends in between, the
// part is there beside the blob, as if another process had closed it later.
func (w *writer) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.done {
		return transport.ErrClosed
	}
	if err := w.store.put(ctx, w.store.blobName(w.key), w.spool, w.size); err != nil {
		return err
	}
	if err := w.removePart(ctx); err != nil {
		return err
	}
	w.end()
	return nil
}

func (w *writer) Close() error {
	if w.done || w.size == 0 {
		return w.Discard()
	}
	defer w.end()
	return w.store.put(context.Background(), w.store.partName(w.key), w.spool, w.size)
}

func (w *writer) Discard() error {
	if w.done {
		return nil
	}
	defer w.end()
	return w.removePart(context.Background())
}

func (w *writer) removePart(ctx context.Context) error {
	if !w.part {
		return nil
	}
	return w.store.remove(ctx, w.store.partName(w.key))
}

// end lets go of the key and of the file, of which nothing is needed any more.
func (w *writer) end() {
	w.done = true
	w.store.release(w.key)
	if w.spool != nil {
		_ = w.spool.Close()
	}
	if w.named {
		_ = os.Remove(w.spool.Name())
	}
}
