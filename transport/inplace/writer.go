package inplace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/transport"
)

// writer is an upload. As long as what is written is how a file begins, it writes nothing.
type writer struct {
	transport.BlobWriter // below
	store                *Store
	key                  string

	begun bool
	files []*file // that begin with what was written; none = it is all below
	n     int64   // bytes of it
}

// Write implements io.Writer.
func (w *writer) Write(p []byte) (int, error) {
	if !w.begun && len(p) > 0 {
		w.begun = true
		if w.BlobWriter.Size() == 0 && refers(w.key) {
			w.files = w.store.openFiles()
		}
	}
	same := w.like(p)
	if len(same) == 0 {
		if err := w.copy(); err != nil {
			return 0, err
		}
		return w.BlobWriter.Write(p)
	}
	for _, f := range w.files {
		if !contains(same, f) {
			f.Close()
		}
	}
	w.files, w.n = same, w.n+int64(len(p))
	return len(p), nil
}

// like returns the files that go on with p.
func (w *writer) like(p []byte) (same []*file) {
	got := make([]byte, len(p))
	for _, f := range w.files {
		if w.n+int64(len(p)) > f.Length {
			continue
		}
		if n, _ := f.ReadAt(got, w.n); n == len(p) && bytes.Equal(got, p) {
			same = append(same, f)
		}
	}
	return same
}

func contains(all []*file, one *file) bool {
	for _, f := range all {
		if f == one {
			return true
		}
	}
	return false
}

// openFiles opens the files once more that are open, as they were then.
func (s *Store) openFiles() (again []*file) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for f := range s.open {
		now, err := openFile(f.Path)
		if err != nil {
			continue
		}
		if now.Length != f.Length || !now.Changed.Equal(f.Changed) {
			now.Close()
			continue
		}
		again = append(again, now)
	}
	return again
}

// copy has what was written below, and no file.
func (w *writer) copy() error {
	files := w.files
	w.files = nil
	defer closeAll(files)
	if len(files) == 0 || w.n == 0 {
		return nil
	}
	_, err := io.Copy(w.BlobWriter, io.NewSectionReader(files[0], 0, w.n))
	if err == nil && !files[0].stays() {
		err = errors.New("the file has changed meanwhile")
	}
	if err != nil && !errors.Is(err, transport.Err) {
		err = fmt.Errorf("%w: %s: %w", transport.ErrStorage, files[0].Path, err)
	}
	return err
}

func closeAll(files []*file) {
	for _, f := range files {
		f.Close()
	}
}

// Size implements transport.BlobWriter.
func (w *writer) Size() int64 {
	if len(w.files) > 0 {
		return w.n
	}
	return w.BlobWriter.Size()
}

// ReadAt implements transport.BlobWriter.
func (w *writer) ReadAt(p []byte, at int64) (int, error) {
	if len(w.files) > 0 {
		return io.NewSectionReader(w.files[0], 0, w.n).ReadAt(p, at)
	}
	return w.BlobWriter.ReadAt(p, at)
}

// Commit implements transport.BlobWriter.
func (w *writer) Commit(ctx context.Context) error {
	for _, f := range w.files {
		if f.Length == w.n && w.n > 0 && f.stays() {
			return w.refer(ctx, f)
		}
	}
	if err := w.copy(); err != nil {
		return err
	}
	if err := w.BlobWriter.Commit(ctx); err != nil {
		return err
	}
	return w.store.forget(context.WithoutCancel(ctx), w.key)
}

// refer makes the blob a reference, in the place of what is there.
func (w *writer) refer(ctx context.Context, f *file) error {
	if err := w.store.refer(ctx, w.key, &f.reference); err != nil {
		return err
	}
	closeAll(w.files)
	w.files = nil
	// What is left below is hidden by the reference, and goes with it.
	w.BlobWriter.Discard()
	w.store.Store.Delete(context.WithoutCancel(ctx), w.key)
	return nil
}

// Close implements transport.BlobWriter: a part is kept below.
func (w *writer) Close() error { return errors.Join(w.copy(), w.BlobWriter.Close()) }

// Discard implements transport.BlobWriter.
func (w *writer) Discard() error {
	closeAll(w.files)
	w.files = nil
	return w.BlobWriter.Discard()
}
