package filestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"sync"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/internal/ordered"
	"github.com/glimpse-go/glimpse/transport"
)

// limits are those of a log's segments: one is finished when it is as long as all that
// is not out of date, within these, in bytes.
type limits struct{ smallest, largest int64 }

var usual = limits{1 << 20, 64 << 20}

// recordLog keeps values by kind and key in a log. Memory holds their places.
type recordLog struct {
	fs      disk.FS
	dir     string
	folders *folders
	limits  limits
	queue   queue

	// Who commits has these.
	torn              bool // there may be bytes behind the last segment's entries
	hint              hint // of the last segment
	version           uint64
	compaction        compaction
	buffer, dirBuffer []byte

	mu       sync.RWMutex // who commits changes what follows, and reads it without mu
	index    [kinds]ordered.Map[place]
	segments []*segment // by their numbers, which have no gaps
	closed   bool
}

func (l *recordLog) path(number uint32, ending string) string {
	return filepath.Join(l.dir, fmt.Sprintf("%08x.%s", number, ending))
}

// last returns the segment that grows, nil if there is none yet.
func (l *recordLog) last() *segment {
	if len(l.segments) == 0 {
		return nil
	}
	return l.segments[len(l.segments)-1]
}

// sizes returns the bytes of all segments, and how many of them are not out of date.
func (l *recordLog) sizes() (all, live int64) {
	for _, s := range l.segments {
		all += s.size
		live += s.live
	}
	return all, live
}

// cost is what a change takes of a segment, about.
func cost(key string, length uint32) int64 { return int64(len(key)) + int64(length) + 16 }

// of returns the segment of a place.
func (l *recordLog) of(p place) *segment { return l.segments[p.segment-l.segments[0].number] }

// make makes a change in the index, which is in a segment.
func (l *recordLog) make(s *segment, c loaded) {
	var old place
	var was bool
	if c.removes {
		old, was = l.index[c.kind].Delete(c.key)
	} else {
		old, was = l.index[c.kind].Set(c.key, c.place)
		s.live += cost(c.key, c.place.length)
	}
	if was {
		l.of(old).live -= cost(c.key, old.length)
	}
}

// read returns the values of some keys and their versions, all of one moment: none, and
// 0, of one that is not there.
func (l *recordLog) read(k kind, keys ...string) (values [][]byte, versions []uint64, err error) {
	for {
		places, segments, err := l.look(k, keys)
		if err != nil {
			return nil, nil, err
		}
		values, versions = make([][]byte, len(keys)), make([]uint64, len(keys))
		for i, s := range segments {
			if versions[i] = places[i].version; err == nil && s != nil {
				values[i], err = s.read(places[i])
				err = transport.At(storage(err), keys[i])
			}
		}
		if !errors.Is(err, fs.ErrClosed) {
			return values, versions, err
		} // a segment was removed meanwhile: its values are in another one
	}
}

// look returns the places of some values, with their segments, nil for one that is not
// there.
func (l *recordLog) look(k kind, keys []string) ([]place, []*segment, error) {
	places, segments := make([]place, len(keys)), make([]*segment, len(keys))
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return nil, nil, errClosed
	}
	for i, key := range keys {
		if p, ok := l.index[k].Get(key); ok {
			places[i], segments[i] = p, l.of(p)
		}
	}
	return places, segments, nil
}

// length returns the length of a value, and whether it is there.
func (l *recordLog) length(k kind, key string) (int64, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.index[k].Get(key)
	return int64(p.length), ok
}

// keys lists keys in order, page by page.
func (l *recordLog) keys(k kind, prefix, after string) iter.Seq[string] {
	return l.index[k].Keys(l.mu.RLocker(), prefix, after)
}

// errClosed is what callers of a store hear once it is closed.
var errClosed = fmt.Errorf("%w: closed", transport.ErrStorage)

// close closes the files, after the commit that is under way.
func (l *recordLog) close() error {
	l.queue.commit.Lock()
	defer l.queue.commit.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	l.hint.drop()
	var errs []error
	for _, s := range l.segments {
		errs = append(errs, s.file.Close())
	}
	return errors.Join(errs...)
}

// firstDir is the directory of a segment's first entry.
func firstDir(version uint64, before int64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, version), uint64(before))
}

func readFirstDir(dir []byte) (version uint64, before int64, err error) {
	r := reader{dir}
	version, before = r.uvarint(), int64(r.uvarint())
	if r.rest == nil {
		err = ErrCorrupt
	}
	return version, before, err
}
