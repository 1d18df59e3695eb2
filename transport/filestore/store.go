// Package filestore keeps a station's blobs and records in one folder of
// files.
//
// A blob is written to a file of its own, which is synced and renamed into its
// place, whose folder is synced too. Records are kept in a log: each batch of
// changes is one checksummed entry, appended and synced; a torn entry at the
// end, left by a crash, is cut off when the store is opened, and nothing else is.
// When most of the log is out of date it is written anew, beside the old one, and
// renamed. What is found is durable, also where the process that wrote it was killed
// before it had synced it.
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
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// Store is a transport.Store in a folder. Make it with Open.
type Store struct {
	fs   disk.FS
	dir  string
	lock io.Closer // nil = the folder is not locked

	mu      sync.Mutex
	open    map[string]bool // uploads under way
	settled map[string]bool // folders of blobs
	log     recordLog
}

var _ transport.Store = (*Store)(nil)

// Open opens the store in dir, and makes the folder if it is not there. Errors
// wrap transport.ErrStorage; a log whose damage is not that of a crash is
// ErrCorrupt, a folder that another process uses ErrLocked.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, storage(err)
	}
	l, err := lock(dir)
	if err != nil {
		return nil, err
	}
	s, err := OpenOn(disk.OS{}, dir)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.lock = l
	return s, nil
}

// OpenOn is Open in a folder of another file system, of which nobody keeps other
// processes out. The tests of crashes have one.
func OpenOn(fsys disk.FS, dir string) (*Store, error) {
	s := &Store{fs: fsys, dir: dir, open: map[string]bool{}, settled: map[string]bool{}}
	for _, sub := range []string{"blobs", "parts"} {
		if err := s.makeDirs(filepath.Join(dir, sub)); err != nil {
			return nil, storage(err)
		}
	}
	if err := s.log.open(fsys, filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	return s, nil
}

// Close closes the store's log and frees the folder. Uploads that are open are not ended.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.log.file.Close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return storage(err)
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

// makeDirs makes a folder and those above it, up to the store's own, durably.
func (s *Store) makeDirs(dir string) error {
	if _, err := s.fs.Size(dir); err == nil || dir == s.dir {
		return nil
	}
	if err := s.makeDirs(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := s.fs.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.fs.SyncDir(filepath.Dir(dir))
}
