// Package sqlitestore keeps a station's blobs and records in a folder, in an SQLite
// database and, beside it, in files: the store of servers that run on one machine.
//
//	DIR/records.sqlite       records, and blobs of 64 KiB at most
//	DIR/records.sqlite-wal   what has been written lately, as long as a store is open
//	DIR/records.sqlite-shm   what several processes share of that, likewise
//	DIR/blobs                larger blobs, a file each, under names that the database knows
//
// A change is durable when the call that makes it returns: the log is synced
// (synchronous = FULL), once for all calls that wait at the same time. Reads go on beside
// writes, on connections of their own. The log is put into the database in the
// background.
//
// Several processes on one machine, and several Stores of a process, may use a folder at
// once, on a local file system whose locks SQLite trusts. Their changes take turns; what
// one of them has been told, all see. One that finds the database locked by others for
// ten seconds returns an error that wraps transport.ErrStorage.
//
// Values and small blobs have checksums, which are looked at when they are read, and
// large blobs have those of package filestore. What is damaged is an error that wraps
// transport.ErrStorage, and the rest can be used. A key that was damaged is not found.
package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
)

// Store is a transport.Store in a folder. Make it with Open.
type Store struct {
	dir    string
	files  transport.Blobs // the large blobs; each file has a name that is used once
	read   *readers
	writer *writer

	mu      sync.Mutex
	uploads map[string]bool // keys of those under way

	sweeping sync.WaitGroup
}

var _ transport.Store = (*Store)(nil)

// Open opens the store in dir, and makes the folder and what belongs in it if they are
// not there. It also removes the files of uploads that outgrew 64 KiB more than a week ago
// and were not ended: of one that is still under way, Commit and Close return an error
// then. Errors wrap transport.ErrStorage, among them that the folder
// may not be written, or the context's. In the whole process, modernc.org/sqlite syncs
// with fdatasync from then on.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &Store{dir: dir, uploads: map[string]bool{}}
	if err := s.open(ctx); err != nil {
		return nil, storage(errors.Join(err, s.Close()))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if s.files, err = filestore.OpenBlobs(filepath.Join(s.dir, "blobs")); err != nil { // makes s.dir, too
		return err
	}
	path := filepath.Join(s.dir, "records.sqlite")
	if s.writer, err = newWriter(path, s.sweep); err != nil {
		return err
	}
	s.read = newReaders(path)
	return s.sweepOld(ctx)
}

// Close waits for what is being written, puts the log into the database, and closes it.
// What is called afterwards returns an error that wraps transport.ErrStorage. Uploads that
// are open are not ended.
func (s *Store) Close() error {
	var err error
	if s.read != nil {
		err = s.read.close()
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.close())
	}
	s.sweeping.Wait()
	return storage(err)
}

// storage puts an error into the family of the contract. One that says that the disk is full
// wraps what the system says of files then, too.
func storage(err error) error {
	if err == nil || errors.Is(err, transport.Err) {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok && (e.Code()&0xff == sqlite3.SQLITE_FULL || e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE) {
		err = fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	return fmt.Errorf("%w: %w", transport.ErrStorage, err)
}
