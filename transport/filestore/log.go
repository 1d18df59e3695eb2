package filestore

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// recordLog keeps records as a log of batches: see entry.go. A batch is changes,
// each: key, 1 + length of the value or 0, value, with lengths as unsigned
// varints. The newest value of each key stays in the file; memory holds its place.
type recordLog struct {
	fs    disk.FS
	path  string
	file  disk.File
	size  int64            // of the entries that are whole and synced
	torn  bool             // there may be bytes behind them
	live  int64            // bytes of values and keys that are not out of date
	index map[string]place // newest value of each key
}

// place is where in the log a value stands.
type place struct {
	off int64
	len int
}

const (
	maxEntry   = 1 << 30
	minCompact = 1 << 20 // a log smaller than this is never written anew
)

func (l *recordLog) open(fsys disk.FS, path string) (err error) {
	l.fs, l.path, l.index = fsys, path, map[string]place{}
	if l.file, err = fsys.OpenToWrite(path); err != nil {
		return storage(err)
	}
	if err = l.load(); err == nil {
		err = storage(l.settle())
	}
	if err != nil {
		err = errors.Join(err, l.file.Close())
	}
	return err
}

// settle makes durable what is there: who wrote it may have been killed before.
func (l *recordLog) settle() error {
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.fs.Remove(l.path + ".new") // what a crash has left of a new log, if anything
	return l.fs.SyncDir(filepath.Dir(l.path))
}

// load reads the entries and cuts off one that a crash has torn.
func (l *recordLog) load() error {
	end, err := l.file.Size()
	if err != nil {
		return storage(err)
	}
	r := bufio.NewReader(io.NewSectionReader(l.file, 0, end))
	for l.size < end {
		entry, err := readEntry(r, l.size, end)
		if errors.Is(err, ErrCorrupt) {
			return l.mend(end)
		}
		if err != nil {
			return err
		}
		if err := l.replay(entry[entryHead:]); err != nil {
			return err
		}
	}
	return nil
}

// mend cuts off what follows the whole entries if a crash has left it, and returns
// ErrCorrupt if not.
func (l *recordLog) mend(end int64) error {
	rest := make([]byte, end-l.size)
	if _, err := l.file.ReadAt(rest, l.size); err != nil {
		return storage(err)
	}
	if !isTorn(l.size, rest) {
		return ErrCorrupt
	}
	l.torn = true
	return storage(l.cut())
}

// replay takes a whole entry, which begins at l.size, into the index.
func (l *recordLog) replay(batch []byte) error {
	for at := 0; at < len(batch); {
		key, value, deleted, n := nextChange(batch[at:])
		if n == 0 {
			return ErrCorrupt
		}
		l.forget(key)
		if !deleted {
			l.index[key] = place{l.size + entryHead + int64(at+n-len(value)), len(value)}
			l.live += int64(len(key) + len(value))
		}
		at += n
	}
	l.size += entryHead + int64(len(batch))
	return nil
}

func (l *recordLog) forget(key string) {
	if p, ok := l.index[key]; ok {
		l.live -= int64(len(key) + p.len)
		delete(l.index, key)
	}
}

func appendChange(b []byte, key string, value []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(key)))
	b = append(b, key...)
	if value == nil {
		return binary.AppendUvarint(b, 0)
	}
	b = binary.AppendUvarint(b, 1+uint64(len(value)))
	return append(b, value...)
}

// nextChange reads the first change of b and returns its length, 0 if there is
// none that is whole.
func nextChange(b []byte) (key string, value []byte, deleted bool, n int) {
	k, kn := binary.Uvarint(b)
	if kn <= 0 || k > uint64(len(b)-kn) {
		return "", nil, false, 0
	}
	n = kn + int(k)
	key = string(b[kn:n])
	v, vn := binary.Uvarint(b[n:])
	if vn <= 0 {
		return "", nil, false, 0
	}
	n += vn
	if v == 0 {
		return key, nil, true, n
	}
	if v-1 > uint64(len(b)-n) {
		return "", nil, false, 0
	}
	return key, b[n : n+int(v-1)], false, n + int(v-1)
}

// append writes one entry and syncs it, or leaves the log as it was.
func (l *recordLog) append(batch []byte) error {
	err := l.cut()
	if err == nil {
		err = l.write(batch)
	}
	if err == nil {
		err = l.sync()
	}
	if err != nil {
		return storage(errors.Join(err, l.cut()))
	}
	return l.replay(batch)
}

// cut drops what is left behind the last entry, durably: what is written there
// next may be shorter.
func (l *recordLog) cut() error {
	if !l.torn {
		return nil
	}
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	err := l.file.Sync()
	l.torn = err != nil
	return err
}

// write writes one entry behind the last one.
func (l *recordLog) write(batch []byte) error {
	if len(batch) > maxEntry {
		return transport.At(transport.ErrTooLarge, "batch")
	}
	l.torn = true
	_, err := l.file.WriteAt(newEntry(l.size, batch), l.size)
	return err
}

func (l *recordLog) sync() error {
	err := l.file.Sync()
	l.torn = err != nil
	return err
}

func (l *recordLog) get(key string) ([]byte, error) {
	p, ok := l.index[key]
	if !ok {
		return nil, transport.At(transport.ErrNotFound, key)
	}
	value := make([]byte, p.len)
	if _, err := l.file.ReadAt(value, p.off); err != nil {
		return nil, storage(err)
	}
	return value, nil
}

func (l *recordLog) equal(key string, old []byte) bool {
	now, err := l.get(key)
	return err == nil && bytes.Equal(now, old)
}
