// Package filestore keeps a station's blobs and records in one folder of
// files.
//
// A blob is written to a file of its own, which is synced and renamed into its
// place, whose folder is synced too. Records are kept in a log: each batch of
// changes is one checksummed entry, appended and synced; a torn entry at the
// end, left by a crash, is cut off when the store is opened, and nothing else is.
// When most of the log is out of date it is written anew, beside the old one, and
// renamed.
//
//	DIR/log           records
//	DIR/blobs/KEY     blobs; a key's '/' becomes a folder, the file ends in .blob
//	DIR/parts/…       uploads under way or broken off, likewise
//	DIR/lock          empty; the process that uses the folder has it locked
//
// One process at a time may use a folder, and one Store of it at a time. On
// Unix systems, a second process is refused with [ErrLocked]; elsewhere nothing
// but the program keeps it out.
package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// Store is a transport.Store in a folder. Make it with Open.
type Store struct {
	dir  string
	ops  ops
	lock *os.File

	mu   sync.Mutex
	open map[string]bool // uploads under way
	log  recordLog
}

var _ transport.Store = (*Store)(nil)

// ops are the steps that change the disk, in one place so that tests can stop
// the process, in effect, before any of them.
type ops struct{ before func(step string) error }

func (o ops) step(name string) error {
	if o.before == nil {
		return nil
	}
	return o.before(name)
}

// Open opens the store in dir, and makes the folder if it is not there. Errors
// wrap transport.ErrStorage; a log whose damage is not that of a crash gives
// ErrCorrupt, a folder that another process uses ErrLocked.
func Open(dir string) (*Store, error) { return open(dir, ops{}) }

func open(dir string, o ops) (*Store, error) {
	s := &Store{dir: dir, ops: o, open: map[string]bool{}}
	for _, sub := range []string{"blobs", "parts"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, storage(err)
		}
	}
	var err error
	if s.lock, err = lock(dir); err != nil {
		return nil, err
	}
	if err := s.log.open(filepath.Join(dir, "log"), o); err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	return s, nil
}

// Close closes the store's log and frees the folder. Uploads that are open are not ended.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return storage(errors.Join(s.log.close(), s.lock.Close()))
}

// ErrCorrupt says that a log is damaged in a way in which no crash does it.
var ErrCorrupt = fmt.Errorf("%w: damaged log", transport.ErrStorage)

// storage puts an error of the disk into the family of the contract.
func storage(err error) error {
	switch {
	case err == nil, errors.Is(err, transport.Err):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", transport.ErrNotFound, err)
	}
	return fmt.Errorf("%w: %w", transport.ErrStorage, err)
}

// path returns the file of a key below a sub-folder.
func (s *Store) path(sub, key string) string {
	return filepath.Join(s.dir, sub, filepath.FromSlash(key)+"."+strings.TrimSuffix(sub, "s"))
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// makeDirs makes a folder and those above it, up to the store's own, durably.
func (s *Store) makeDirs(dir string) error {
	if _, err := os.Stat(dir); err == nil || dir == s.dir {
		return nil
	}
	if err := s.makeDirs(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}
