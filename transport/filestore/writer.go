package filestore

import (
	"bytes"
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/transport"
)

// Create implements transport.Blobs.
func (s *Store) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !transport.ValidKey(key) {
		return nil, transport.At(transport.ErrStorage, "key "+key)
	}
	if !s.files.claim(key) {
		return nil, transport.At(transport.ErrConflict, key)
	}
	w := &writer{store: s, key: key, data: []byte{}}
	if err := w.resume(); err != nil {
		s.files.release(key)
		return nil, storage(err)
	}
	return w, nil
}

// writer is an upload under way: in memory while it is small, into a file from then on.
type writer struct {
	store *Store
	key   string
	data  []byte
	large *upload // nil = it is small
	ended bool    // of a small one
}

// resume finds the part that there is.
func (w *writer) resume() error {
	files := w.store.files
	path := files.path("parts", w.key)
	_, none := files.fs.Size(path)
	values, versions, err := w.store.log.read(aPart, w.key)
	switch {
	case err != nil:
		return err
	case versions[0] > 0:
		w.data = values[0]
		if none == nil {
			return files.folders.remove(path)
		}
	case none == nil:
		return w.open()
	}
	return nil
}

// open begins a file, or goes on with one.
func (w *writer) open() error {
	u, err := w.store.files.upload(w.key)
	if err == nil {
		u.then = w.forget
		w.large = u
	}
	return err
}

// grow goes on in a file of its own.
func (w *writer) grow() error {
	path := w.store.files.path("parts", w.key)
	if err := w.store.files.folders.unlink(path); err != nil {
		return err // what was left by a grow that has failed, and could not remove it
	}
	if err := w.open(); err != nil {
		return err
	}
	if _, err := w.large.Write(w.data); err != nil {
		err = errors.Join(err, w.large.file.Close(), w.store.files.folders.unlink(path))
		w.large = nil
		return err
	}
	w.data = nil
	return nil
}

// forget removes from the log what the end of an upload into a file has put out of date.
func (w *writer) forget(committed bool) error {
	if committed {
		return w.store.forget(w.key, aBlob, aPart)
	}
	return w.store.forget(w.key, aPart)
}

func (w *writer) Write(p []byte) (int, error) {
	if w.large == nil && !w.ended && len(w.data)+len(p) > maxSmall {
		if err := w.grow(); err != nil {
			return 0, storage(err)
		}
	}
	switch {
	case w.large != nil:
		return w.large.Write(p)
	case w.ended:
		return 0, transport.ErrClosed
	}
	w.data = append(w.data, p...)
	return len(p), nil
}

func (w *writer) ReadAt(p []byte, off int64) (int, error) {
	if w.large != nil {
		return w.large.ReadAt(p, off)
	}
	return bytes.NewReader(w.data).ReadAt(p, off)
}

func (w *writer) Size() int64 {
	if w.large != nil {
		return w.large.Size()
	}
	return int64(len(w.data))
}

func (w *writer) Commit(ctx context.Context) error {
	if w.large != nil {
		return w.large.Commit(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.ended {
		return transport.ErrClosed
	}
	changes := []change{newChange(aBlob, w.key, w.data)}
	if _, ok := w.store.log.length(aPart, w.key); ok {
		changes = append(changes, newChange(aPart, w.key, nil))
	}
	if _, err := w.store.log.apply(nil, changes); err != nil {
		return err
	}
	w.store.removeHidden(w.key)
	w.end()
	return nil
}

// removeHidden removes the file of a blob whose place one in the log has taken. It
// needs not be durable, nor succeed.
func (s *Store) removeHidden(key string) {
	path := s.files.path("blobs", key)
	if _, err := s.files.fs.Size(path); err != nil {
		return
	}
	s.moving.Lock()
	defer s.moving.Unlock()
	s.files.folders.unlink(path)
}

func (w *writer) Close() error {
	switch {
	case w.large != nil:
		return w.large.Close()
	case w.ended:
		return nil
	case len(w.data) == 0:
		return w.Discard()
	}
	defer w.end()
	if n, _ := w.store.log.length(aPart, w.key); n == int64(len(w.data)) {
		return nil
	}
	_, err := w.store.log.apply(nil, []change{newChange(aPart, w.key, w.data)})
	return err
}

func (w *writer) Discard() error {
	switch {
	case w.large != nil:
		return w.large.Discard()
	case w.ended:
		return nil
	}
	defer w.end()
	return w.store.forget(w.key, aPart)
}

func (w *writer) end() {
	w.ended = true
	w.store.files.release(w.key)
}
