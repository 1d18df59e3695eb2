package filestore

import (
	"errors"
	"path/filepath"
)

// write makes changes in one entry of the log, durably, or leaves the log as it was. It
// takes a part of a compaction along.
func (l *recordLog) write(all []change) error {
	if len(all) == 0 {
		return nil
	}
	err := l.prepare()
	if err != nil {
		return err
	}
	all = append(l.compacted(all), all...)
	s := l.last()
	b, h := l.entry(s, all)
	l.torn = true
	_, err = s.file.WriteAt(b, s.size)
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		l.compaction = compaction{}
		return errors.Join(err, l.cut())
	}
	l.torn = false
	l.hint.append(b[:h.valuesAt()])
	l.made(s, all, h)
	return nil
}

// entry returns the entry of changes, which is the next one of a segment.
func (l *recordLog) entry(s *segment, all []change) ([]byte, head) {
	dir, values := l.dirBuffer[:0], 0
	for _, c := range all {
		dir = appendChange(dir, c)
		values += len(c.value)
	}
	b := appendHead(l.buffer[:0], s.number, s.size, dir, values)
	b = append(b, dir...)
	for _, c := range all {
		b = append(b, c.value...)
	}
	if len(b) < maxBuffer {
		l.dirBuffer, l.buffer = dir, b
	}
	h, _ := entryHeadOf(s.number, s.size, b)
	return b, h
}

// maxBuffer is the length of entries above which their memory is not kept for the next
// one.
const maxBuffer = 1 << 20

// made takes the changes of the last entry, which is durable now, into the index.
func (l *recordLog) made(s *segment, all []change, h head) {
	l.mu.Lock()
	defer l.mu.Unlock()
	offset := s.size + h.valuesAt()
	s.size += h.size()
	for _, c := range all {
		l.make(s, s.loaded(c, offset))
		l.version = max(l.version, c.version)
		offset += int64(c.length)
	}
}

// prepare makes the last segment ready for one more entry.
func (l *recordLog) prepare() error {
	if l.closed {
		return errClosed
	}
	if err := l.cut(); err != nil {
		return err
	}
	l.drop()
	s := l.last()
	if s == nil {
		return l.begin(0, 0)
	}
	if _, live := l.sizes(); s.size < min(max(live, l.limits.smallest), l.limits.largest) {
		return nil
	}
	return l.begin(s.number+1, s.size)
}

// cut drops what is left behind the last entry, durably: what is written there
// next may be shorter.
func (l *recordLog) cut() error {
	if !l.torn {
		return nil
	}
	s := l.last()
	if err := s.file.Truncate(s.size); err != nil {
		return err
	}
	err := s.file.Sync()
	l.torn = err != nil
	return err
}

// begin begins a segment, behind one of some length. Its first entry is durable before
// anything else happens: from then on no version from before is given again, whatever
// becomes of the other segments.
func (l *recordLog) begin(number uint32, before int64) error {
	if err := l.folders.make(l.dir, filepath.Dir(l.dir)); err != nil {
		return err
	}
	s, known, err := l.newSegment(number, before)
	if err != nil {
		return err
	}
	if err := l.folders.settle(l.dir); err != nil {
		return errors.Join(err, s.file.Close())
	}
	if l.last() != nil {
		l.hint.finish(before)
	}
	l.hint = newHint(l.fs, l.path(number, "hint"), known)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = append(l.segments, s)
	return nil
}

// newSegment makes the file of a segment, with its first entry.
func (l *recordLog) newSegment(number uint32, before int64) (s *segment, first []byte, err error) {
	s = &segment{number: number}
	err = l.folders.change(l.dir, func() (err error) {
		s.file, err = l.fs.OpenToWrite(l.path(number, "log"))
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	dir := firstDir(l.version, before)
	first = append(appendHead(nil, number, 0, dir, 0), dir...)
	s.size = int64(len(first))
	err = s.file.Truncate(0) // what a crash, or an error, has left
	if err == nil {
		_, err = s.file.WriteAt(first, 0)
	}
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		err = errors.Join(err, s.file.Close())
	}
	return s, first, err
}
