// Package filestore keeps a station's blobs and records in one folder of
// files.
//
//	DIR/log/NUMBER.log     records, blobs and parts of at most 64 KiB: segments of a log
//	DIR/log/NUMBER.hint    what a segment holds, values aside
//	DIR/blobs/KEY.blob     larger blobs; a key's '/' becomes a folder
//	DIR/parts/KEY.part     larger uploads under way or broken off, likewise
//	DIR/lock               empty; the process that uses the folder has it locked
//
// # The log
//
// Changes are written behind each other: entries, each a group of batches. Those who
// come while a group is being written and synced are the next one, so that many share a
// sync. The conditions of a batch are checked against what is durable and the batches
// before it in its group; nobody sees a change, or hears of it, before it is durable.
// Memory holds the keys, in their order, and where their values stand: 32 bytes and the
// key, or 50 where keys come in no order. Get and Scan read values from the files, and
// never wait for a sync.
//
// The last segment grows, until it is as long as all that is not out of date: 1 MiB at
// least, 64 MiB at most. When more than half of the log is out of date, each group takes
// along a little of what is not out of date in the first segment, as much as it has
// itself and 32 KiB, 2 MiB at most; when nothing is left in that segment, it is removed.
// So nobody waits for a compaction, the work of which is in proportion to what is
// written, and a removal needs no trace once its segment is the first one.
//
// A version is the number of a batch in the log. It goes with a record that is written
// anew, and each segment begins with the last number before it.
//
// # What is durable
//
// Apply, Commit, Close of an upload, Delete and Discard return when what they did is
// durable. A blob or part in the log takes what a batch takes. A larger blob's file is
// written, synced, renamed into its place, and its folder synced, which those do together
// that come at the same time. What is found by Get, Scan, Open and List is durable, also
// where the process that wrote it was killed before it had synced it.
//
// A change that fails, as on a full disk, leaves the store as it was, but for Delete,
// and for a large blob whose folder could not be synced: these may be done. What comes
// later is not harmed. A folder that cannot be written is not opened. If that comes
// while the store is open, what is there can be read.
//
// # Damage
//
// A value has a checksum, a blob's file one for each block of 16 KiB (the file of a part
// has none), so that a bit that has flipped is found by what reads the value or the
// block, and a file that was cut short by what reads what is missing of a segment, or
// opens the blob: with ErrCorrupt. All else goes on, and a change or Delete of the key
// puts it right. Damage of what is
// between the values of a segment does not matter as long as its hint is there. A hint
// that is damaged is made anew from its segment. What is left is found when the store
// is opened, as ErrCorrupt: damage between the values of the last segment, or of one
// without a hint, and a segment that is missing. An entry at the end of the log that
// a crash has torn is cut off, and nothing else is; that cannot be told from a last
// segment that something else has cut short.
//
// # Open
//
// Open reads the hints, and of the last segment all. A store of 1.5 million records of
// 200 bytes, with keys of 40, is opened in 1 to 2 seconds; a record takes 300 bytes on
// the disk, of which 50 are the hint's.
//
// One process at a time may use a folder, and one Store of it at a time. On
// Unix systems, a second process is refused with [ErrLocked]; elsewhere nothing
// but the program keeps it out. A Store starts no goroutine.
package filestore

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// Store is a transport.Store in a folder. Make it with Open.
type Store struct {
	log   *recordLog
	files *Blobs
	lock  io.Closer // nil = the folder is not locked

	// moving is held while a file is removed whose place a blob in the log has taken,
	// so that who looks in both finds one of them.
	moving sync.RWMutex
}

var _ transport.Store = (*Store)(nil)

// Open opens the store in dir, and makes the folder if it is not there. Errors
// wrap transport.ErrStorage; a log whose damage is not that of a crash, and not of
// values alone, is ErrCorrupt, a folder that another process uses ErrLocked.
func Open(dir string) (*Store, error) {
	l, err := lockDir(dir)
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
func OpenOn(fsys disk.FS, dir string) (*Store, error) { return openOn(fsys, dir, usual) }

func openOn(fsys disk.FS, dir string, limits limits) (*Store, error) {
	files := newBlobs(fsys, dir)
	log, err := openLog(fsys, filepath.Join(dir, "log"), files.folders, limits)
	if err != nil {
		return nil, err
	}
	return &Store{log: log, files: files}, nil
}

// Close closes the store's log and frees the folder. Uploads and blobs that are open are
// not ended.
func (s *Store) Close() error {
	err := s.log.close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return storage(err)
}

// ErrCorrupt says that something is damaged in a way in which no crash does it.
var ErrCorrupt = fmt.Errorf("%w: damaged", transport.ErrStorage)

// storage puts an error of the disk into the family of the contract.
func storage(err error) error {
	if err == nil || errors.Is(err, transport.Err) {
		return err
	}
	return fmt.Errorf("%w: %w", transport.ErrStorage, err)
}
