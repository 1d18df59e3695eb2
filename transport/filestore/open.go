package filestore

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/internal/disk"
)

// openLog reads what is in a folder. It writes hints and nothing else: the end of the
// log is cut, where a crash has torn it, by the first commit.
func openLog(fsys disk.FS, dir string, folders *folders, limits limits) (*recordLog, error) {
	l := &recordLog{fs: fsys, dir: dir, folders: folders, limits: limits}
	numbers, err := l.numbers()
	for i, number := range numbers {
		if err == nil && number != numbers[0]+uint32(i) {
			err = ErrCorrupt // a segment is missing
		}
		if err == nil {
			err = l.load(number, i == len(numbers)-1)
		}
	}
	if err == nil {
		err = l.folders.settle(dir)
	}
	if err != nil {
		return nil, storage(errors.Join(err, l.close()))
	}
	return l, nil
}

// numbers lists the segments in order, and removes hints of those that are not there.
func (l *recordLog) numbers() (numbers []uint32, err error) {
	files, _, err := l.fs.ReadDir(l.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, name := range files {
		if n, ok := numberOf(name, ".log"); ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	if n := len(numbers); err == nil && n > 0 {
		last := numbers[n-1]
		var begun bool
		if begun, err = l.begun(last); !begun {
			numbers = numbers[:n-1]
			if err == nil && n == 1 && last > 0 {
				err = ErrCorrupt // those before it are missing
			}
		}
	}
	for _, name := range files {
		if n, ok := numberOf(name, ".hint"); ok && !slices.Contains(numbers, n) {
			l.fs.Remove(filepath.Join(l.dir, name)) // if not now, later
		}
	}
	return numbers, err
}

func numberOf(name, ending string) (uint32, bool) {
	digits, ok := strings.CutSuffix(name, ending)
	n, err := strconv.ParseUint(digits, 16, 32)
	return uint32(n), ok && err == nil && len(digits) == 8
}

// begun reports whether a segment has its first entry. A crash may have kept that from
// the last one, which is then as if it were not there.
func (l *recordLog) begun(number uint32) (bool, error) {
	f, err := l.fs.Open(l.path(number, "log"))
	if err != nil {
		return false, err
	}
	defer f.Close()
	end, err := f.Size()
	if err != nil {
		return false, err
	}
	s := &segment{number: number, file: f}
	w := window{segment: s, end: end}
	if _, _, err := w.entry(0); err == nil || !errors.Is(err, ErrCorrupt) {
		return err == nil, err
	}
	torn, err := s.isTorn(0, end)
	if err == nil && !torn {
		err = ErrCorrupt
	}
	return false, err
}

// load takes a segment into the log.
func (l *recordLog) load(number uint32, last bool) (err error) {
	s := &segment{number: number}
	open := l.fs.Open
	if last {
		open = l.openLast
	}
	if s.file, err = open(l.path(number, "log")); err != nil {
		return err
	}
	l.segments = append(l.segments, s)
	if last {
		return l.loadLast(s)
	}
	known, size, err := readHint(l.fs, l.path(number, "hint"))
	if err == nil {
		err = l.take(s, known)
		return errors.Join(err, mustBe(s.size, size))
	}
	if size, err = s.file.Size(); err == nil {
		known, err = l.scan(s, size)
	}
	if err == nil {
		h := newHint(l.fs, l.path(number, "hint"), known)
		h.finish(s.size)
	}
	return err
}

// openLast opens the last segment to be written, too, and makes durable what is there:
// who wrote it may have been killed before.
func (l *recordLog) openLast(path string) (disk.File, error) {
	f, err := l.fs.OpenToWrite(path)
	if err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// loadLast takes the last segment into the log, without what a crash has torn.
func (l *recordLog) loadLast(s *segment) error {
	end, err := s.file.Size()
	if err != nil {
		return err
	}
	known, err := l.scan(s, end)
	if errors.Is(err, ErrCorrupt) {
		l.torn, err = s.isTorn(s.size, end)
		if err == nil && !l.torn {
			err = ErrCorrupt
		}
	}
	if err == nil && s.size == 0 {
		err = ErrCorrupt // the next one was begun, so this one was
	}
	if err == nil {
		l.hint = newHint(l.fs, l.path(s.number, "hint"), known)
	}
	return err
}

// isTorn reports whether what is between two places of the last segment, and not a
// whole entry, is what a crash leaves.
func (s *segment) isTorn(at, end int64) (bool, error) {
	rest := make([]byte, end-at)
	if err := s.readFull(rest, at); err != nil {
		return false, err
	}
	return !isWhole(s.number, at, rest) && isTorn(s.number, at, rest), nil
}

// scan takes what is in a segment from its size on, up to an end, into the log, and
// returns what belongs into its hint. Values are not looked at, but for those of the
// last entry of all: they may be torn.
func (l *recordLog) scan(s *segment, end int64) (known []byte, err error) {
	last := s == l.last() && s.size == 0
	err = s.scan(s.size, end, func(at int64, h head, entry []byte) error {
		if last && at+h.size() == end {
			if torn, err := s.isTorn(at, end); torn || err != nil {
				return errors.Join(ErrCorrupt, err)
			}
		}
		known = append(known, entry...)
		return nil
	})
	return known, errors.Join(err, l.take(s, known))
}

// loaded is a change that was found.
type loaded struct {
	key     string
	place   place
	kind    kind
	removes bool
}

// take takes heads and directories of the next entries of a segment into the log. The
// index is quicker with keys in order.
func (l *recordLog) take(s *segment, known []byte) error {
	var all []loaded
	for len(known) > 0 {
		h, ok := entryHeadOf(s.number, s.size, known)
		dir, err := h.dirOf(known)
		if !ok || err != nil {
			return ErrCorrupt
		}
		if all, err = l.takeEntry(s, h, dir, all); err != nil {
			return err
		}
		known = known[h.valuesAt():]
	}
	slices.SortFunc(all, func(a, b loaded) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), strings.Compare(a.key, b.key), cmp.Compare(a.place.version, b.place.version))
	})
	for i, c := range all {
		if last := i+1 == len(all) || all[i+1].kind != c.kind || all[i+1].key != c.key; last {
			l.make(s, c)
		}
	}
	return nil
}

// takeEntry appends the changes of the next entry of a segment to others.
func (l *recordLog) takeEntry(s *segment, h head, dir []byte, all []loaded) ([]loaded, error) {
	at := s.size
	s.size += h.size()
	if at == 0 {
		return all, l.takeFirst(s, dir)
	}
	offset := at + h.valuesAt()
	err := eachChange(dir, func(c change) {
		all = append(all, s.loaded(c, offset))
		offset += int64(c.length)
		l.version = max(l.version, c.version)
	})
	return all, errors.Join(err, mustBe(offset, s.size))
}

// mustBe returns ErrCorrupt if a length is not what it should be.
func mustBe(is, should int64) error {
	if is != should {
		return ErrCorrupt
	}
	return nil
}

// takeFirst takes the first entry of a segment, which says where the one before ends. A
// hint of that may have been of less: it was the last one when that was written.
func (l *recordLog) takeFirst(s *segment, dir []byte) error {
	version, end, err := readFirstDir(dir)
	if err != nil {
		return err
	}
	l.version = max(l.version, version)
	i := s.number - l.segments[0].number
	if i == 0 {
		return nil
	}
	before := l.segments[i-1]
	if before.size < end {
		_, err = l.scan(before, end)
	}
	return errors.Join(err, mustBe(before.size, end))
}
