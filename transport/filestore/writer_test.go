package filestore

import (
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
)

// TestCloseAfterDelete: an upload that has gone on with a part while that was deleted is
// kept when it is closed, also if nothing was written in it.
func TestCloseAfterDelete(t *testing.T) {
	m := new(disk.Memory)
	s, err := OpenOn(m.Boot(), "s")
	must(t, err)
	must(t, part(t, s, "a", noise(1, 100), 0))
	closeLate := func() error { return nil }
	m.Before = func(step string) error {
		if step == "write" { // the log's entry, for which Delete has looked whether an upload is under way
			m.Before = nil
			w, err := s.Create(t.Context(), "a")
			must(t, err)
			closeLate = w.Close
		}
		return nil
	}
	must(t, s.Delete(t.Context(), "a"))
	must(t, closeLate())
	if n, err := s.Part(t.Context(), "a"); n != 100 || err != nil {
		t.Errorf("a part of %d bytes, %v", n, err)
	}
}

// shortDisk is a disk on which there is room for one byte of a part at a time.
type shortDisk struct{ disk.FS }

type shortFile struct{ disk.File }

func (d shortDisk) OpenToWrite(name string) (disk.File, error) {
	f, err := d.FS.OpenToWrite(name)
	if err == nil && strings.HasSuffix(name, ".part") {
		f = shortFile{f}
	}
	return f, err
}

func (f shortFile) WriteAt(p []byte, off int64) (int, error) {
	if off < fileHead {
		return f.File.WriteAt(p, off)
	}
	n, err := f.File.WriteAt(p[:1], off)
	return n, errors.Join(syscall.ENOSPC, err)
}

// TestNoRoomToGrow: of an upload that has no room for a file of its own nothing is left
// when it is discarded, or committed as it was before.
func TestNoRoomToGrow(t *testing.T) {
	s, err := OpenOn(shortDisk{new(disk.Memory).Boot()}, "s")
	must(t, err)
	for _, commits := range []bool{false, true} {
		w, err := s.Create(t.Context(), "a")
		must(t, err)
		must(t, errOf(w.Write(noise(1, 100))))
		if n, err := w.Write(noise(2, maxSmall)); n != 0 || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%d bytes, %v", n, err)
		}
		end := w.Discard
		if commits {
			end = func() error { return w.Commit(t.Context()) }
		}
		must(t, end())
		if n, err := s.Part(t.Context(), "a"); n != 0 || err != nil {
			t.Errorf("a part of %d bytes is left, %v", n, err)
		}
	}
}

// lockedDisk is one whose segments cannot be opened.
type lockedDisk struct{ disk.FS }

func (d lockedDisk) Open(name string) (disk.File, error) {
	if strings.HasSuffix(name, ".log") {
		return nil, fs.ErrPermission
	}
	return d.FS.Open(name)
}

// TestCannotBeOpened: a segment that cannot be opened is no damage.
func TestCannotBeOpened(t *testing.T) {
	m, _, _ := diskWith(t, tiny, 20, 200)
	all := m.Files("s/log")
	for len(all) > 0 {
		_, err := openOn(lockedDisk{m.Boot()}, "s", tiny)
		if errors.Is(err, ErrCorrupt) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%q: %v", all, err)
		}
		must(t, m.Boot().Remove(all[0]))
		all = m.Files("s/log")
	}
}

// lateDisk has something done before a blob's file is opened.
type lateDisk struct {
	disk.FS
	before *func()
}

func (d lateDisk) Open(name string) (disk.File, error) {
	if strings.HasSuffix(name, ".blob") {
		(*d.before)()
	}
	return d.FS.Open(name)
}

// TestReadWhileReplaced: a blob in a file is found by who has not found it in the log,
// though one in the log takes its place just then.
func TestReadWhileReplaced(t *testing.T) {
	m := new(disk.Memory)
	before := func() {}
	s, err := OpenOn(lateDisk{m.Boot(), &before}, "s")
	must(t, err)
	large := noise(1, maxSmall+1)
	must(t, put(t, s, "a", large))
	replaced := make(chan error, 1)
	before = func() {
		go func() { replaced <- put(t, s, "a", noise(2, 10)) }()
		for n := 0; n < 10_000 && len(m.Files("s/blobs")) > 0; n++ { // it stays, so there is an end
			runtime.Gosched()
		}
	}
	if data, err := content(t, s, "a"); err != nil || !isOneOf(data, large) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	must(t, <-replaced)
}
