// Package inplace lets a station serve files of its user's from where they lie, without a copy:
// for a home computer that shares a folder of its own.
//
//	store := inplace.New(files) // any transport.Store, which keeps all else
//	home, err := peer.New(ctx, user, signer, peer.Config{Store: store})
//	…
//	name, err := home.Author.Make(ctx, header, body, func(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error) {
//		return store.File(paths[item]) // its original
//	})
//
// A file is known by its content: what a station stores while the file is open with
// [Store.File], and is byte by byte the same, becomes a reference to it, so that one that
// does not stay the same is copied like anything else. Nothing here writes, moves or removes
// a file.
//
// A file that has another size or time later, or is gone, is as a blob that is not there
// (transport.ErrNotFound): stations go on with what else they have, and find that it is not
// served any more. What has changed and kept both is found by its digest, as damage is. References hold
// absolute paths. They are records of the store below under "inplace/": a copy of that store has
// them and not the files, and a copy of the Store, as storecopy makes one, has the bytes.
package inplace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// Store is a transport.Store that keeps references to files of the user's, and all else in
// another store. It is safe for concurrent use, and by several processes if the other is.
type Store struct {
	transport.Store // keeps all else

	mu   sync.Mutex
	open map[*file]bool
}

// New returns a Store over another one, which stays the caller's to close, and is not used
// beside it: a blob that is a reference is not there.
func New(below transport.Store) *Store { return &Store{Store: below, open: map[*file]bool{}} }

// File opens a file of the user's, so that what is stored with the same bytes, until the Blob
// is closed, refers to it. Errors wrap transport.ErrNotFound where there is none, else
// transport.ErrStorage, with what the operating system says.
func (s *Store) File(path string) (transport.Blob, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", transport.ErrStorage, err)
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[f] = true
	f.closed = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, f)
	}
	return f, nil
}

// reference says which file has the bytes of a blob.
type reference struct {
	Path    string    `json:"path"` // absolute
	Length  int64     `json:"size"` // bytes
	Changed time.Time `json:"changed"`
}

// file is an open file, as it was when it was opened.
type file struct {
	*os.File
	reference
	closed func() // nil = nothing is to be done
}

// Size implements transport.Blob.
func (f *file) Size() int64 { return f.Length }

// Close implements transport.Blob.
func (f *file) Close() error {
	if f.closed != nil {
		f.closed()
	}
	return f.File.Close()
}

// stays reports whether a file is still what was opened: also where another one has
// taken its place.
func (f *file) stays() bool {
	now, err := os.Stat(f.Path)
	return err == nil && now.Size() == f.Length && now.ModTime().Equal(f.Changed)
}

// openFile opens what is a file before it is opened: to open a pipe waits for who writes to it.
func openFile(path string) (*file, error) {
	if _, err := isFile(path, os.Stat); err != nil {
		return nil, ofFile(err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, ofFile(err)
	}
	info, err := isFile(path, func(string) (fs.FileInfo, error) { return f.Stat() })
	if err != nil {
		return nil, ofFile(errors.Join(err, f.Close()))
	}
	return &file{File: f, reference: reference{path, info.Size(), info.ModTime().UTC()}}, nil
}

func isFile(path string, stat func(string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	info, err := stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errors.New("not a file")}
	}
	return info, err
}

func ofFile(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", transport.ErrNotFound, err)
	}
	return fmt.Errorf("%w: %w", transport.ErrStorage, err)
}

const prefix = "inplace/"

// referenceOf reads a reference; nil = there is none.
func (s *Store) referenceOf(ctx context.Context, key string) (*reference, error) {
	records, err := s.Get(ctx, prefix+key)
	if err != nil || records[0].Version == 0 {
		return nil, err
	}
	return read(records[0])
}

func read(r transport.Record) (*reference, error) {
	to := new(reference)
	if err := json.Unmarshal(r.Value, to); err != nil {
		return nil, transport.At(fmt.Errorf("%w: %w", transport.ErrStorage, err), r.Key)
	}
	return to, nil
}

// refer makes a reference, or removes it if to is nil.
func (s *Store) refer(ctx context.Context, key string, to *reference) error {
	change := transport.Change{Key: prefix + key}
	if to != nil {
		var err error
		if change.Value, err = json.Marshal(to); err != nil {
			return err
		}
	}
	_, err := s.Apply(ctx, transport.Batch{Changes: []transport.Change{change}})
	return err
}

// refers reports whether a key may have a reference.
func refers(key string) bool { return transport.ValidKey(prefix + key) }
