package filestore

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/transport"
)

// recordLog keeps records as a log of batches. An entry is
//
//	length of the batch   4 bytes, big endian
//	CRC-32C of the batch  4 bytes
//	batch                 changes, each: key, 1 + length of the value or 0, value
//
// with lengths as unsigned varints. The newest value of each key stays in the
// file; memory holds its place.
type recordLog struct {
	path  string
	ops   ops
	file  *os.File
	size  int64            // of the entries that are whole and synced
	live  int64            // bytes of values and keys that are not out of date
	index map[string]place // newest value of each key
}

// place is where in the log a value stands.
type place struct {
	off int64
	len int
}

const (
	entryHead  = 8
	maxEntry   = 1 << 30
	minCompact = 1 << 20 // a log smaller than this is never written anew
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (l *recordLog) open(path string, o ops) error {
	l.path, l.ops, l.index = path, o, map[string]place{}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return storage(err)
	}
	l.file = f
	if err := l.load(); err != nil {
		return errors.Join(err, f.Close())
	}
	os.Remove(path + ".new") // what a crash has left of a new log, if anything
	if err := syncDir(filepath.Dir(path)); err != nil {
		return errors.Join(storage(err), f.Close())
	}
	return nil
}

// load reads the entries and cuts off one that a crash has torn.
func (l *recordLog) load() error {
	info, err := l.file.Stat()
	if err != nil {
		return storage(err)
	}
	end := info.Size()
	r := bufio.NewReader(io.NewSectionReader(l.file, 0, end))
	for l.size < end {
		batch, err := readEntry(r, end-l.size)
		if errors.Is(err, errTorn) {
			return storage(l.file.Truncate(l.size))
		}
		if err != nil {
			return err
		}
		if err := l.replay(batch); err != nil {
			return err
		}
	}
	return nil
}

// errTorn marks an entry that reaches to the end of the log or past it and is
// not whole.
var errTorn = errors.New("torn entry")

func readEntry(r io.Reader, rest int64) ([]byte, error) {
	var head [entryHead]byte
	if rest < entryHead {
		return nil, errTorn
	}
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, storage(err)
	}
	n := int64(binary.BigEndian.Uint32(head[:]))
	if n > rest-entryHead {
		return nil, errTorn
	}
	batch := make([]byte, n)
	if _, err := io.ReadFull(r, batch); err != nil {
		return nil, storage(err)
	}
	if n == 0 || crc32.Checksum(batch, castagnoli) != binary.BigEndian.Uint32(head[4:]) {
		if n == rest-entryHead || n == 0 {
			return nil, errTorn
		}
		return nil, ErrCorrupt
	}
	return batch, nil
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

// nextChange reads the first change of b and gives its length, 0 if there is
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
	err := l.write(batch)
	if err == nil {
		err = l.sync()
	}
	if err != nil {
		return storage(errors.Join(err, l.file.Truncate(l.size)))
	}
	return l.replay(batch)
}

// write writes one entry behind the last one.
func (l *recordLog) write(batch []byte) error {
	if len(batch) > maxEntry {
		return transport.At(transport.ErrTooLarge, "batch")
	}
	if err := l.ops.step("append"); err != nil {
		return err
	}
	entry := binary.BigEndian.AppendUint32(make([]byte, 0, entryHead+len(batch)), uint32(len(batch)))
	entry = binary.BigEndian.AppendUint32(entry, crc32.Checksum(batch, castagnoli))
	_, err := l.file.WriteAt(append(entry, batch...), l.size)
	return err
}

func (l *recordLog) sync() error {
	if err := l.ops.step("sync log"); err != nil {
		return err
	}
	return l.file.Sync()
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

func (l *recordLog) close() error { return l.file.Close() }
