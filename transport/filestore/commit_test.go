package filestore

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// TestGroup: while a sync is under way, what was there is read, and what is being made is
// not; those who come meanwhile share one sync, and each has a version of its own.
func TestGroup(t *testing.T) {
	m := new(disk.Memory)
	s, err := OpenOn(m.Boot(), "s")
	must(t, err)
	must(t, errOf(s.Apply(t.Context(), batchOf("a", []byte("old")))))
	must(t, put(t, s, "a", []byte("old")))
	var syncs atomic.Int64
	begun, goOn := make(chan bool), make(chan bool)
	m.Before = func(step string) error {
		if step == "sync" && syncs.Add(1) == 1 {
			begun <- true
			<-goOn
		}
		return nil
	}
	versions := make(chan uint64, 11)
	apply := func(i int) {
		version, err := s.Apply(t.Context(), transport.Batch{Changes: []transport.Change{
			{Key: "a", Value: []byte("new")}, {Key: fmt.Sprint("new/", i), Value: []byte("new")},
		}})
		if err != nil {
			t.Error(err)
		}
		versions <- version
	}
	go apply(0)
	<-begun
	for i := range 10 {
		go apply(i + 1)
	}
	for waiting := 0; waiting < 10; runtime.Gosched() {
		s.log.queue.mu.Lock()
		waiting = len(s.log.queue.waiting)
		s.log.queue.mu.Unlock()
	}
	found, err := s.Get(t.Context(), "a", "new/0", "new/1")
	must(t, err)
	if string(found[0].Value) != "old" || found[1].Version+found[2].Version > 0 {
		t.Errorf("before it is durable, %v is seen", found)
	}
	for r, err := range s.Scan(t.Context(), "new/", "", 0) {
		t.Errorf("before it is durable, %s is listed, %v", r.Key, err)
	}
	if data, err := content(t, s, "a"); string(data) != "old" {
		t.Errorf("blob %q, %v", data, err)
	}
	goOn <- true
	seen := map[uint64]bool{}
	for range 11 {
		seen[<-versions] = true
	}
	if len(seen) != 11 || syncs.Load() != 2 {
		t.Errorf("%d versions of 11 batches, in %d syncs", len(seen), syncs.Load())
	}
}

// TestReadsWhileCompacting: what stays is read while the segments that it is in go, one
// after the other.
func TestReadsWhileCompacting(t *testing.T) {
	s, err := openOn(disk.OS{}, t.TempDir(), tiny)
	must(t, err)
	defer s.Close()
	for i := range 10 {
		key := fmt.Sprintf("stays/%d", i)
		must(t, errOf(s.Apply(t.Context(), batchOf(key, noise(byte(i), 50)))))
		must(t, put(t, s, key, noise(byte(i), 60)))
	}
	var all sync.WaitGroup
	var ended atomic.Bool
	for i := range 3 {
		all.Go(func() {
			for n := range 100 {
				must(t, errOf(s.Apply(t.Context(), batchOf(fmt.Sprintf("changes/%d", (n+i)%7), noise(byte(n), 100)))))
			}
			ended.Store(true)
		})
		all.Go(func() {
			for !ended.Load() {
				if err := stays(t, s); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if first := s.log.segments[0].number; first < 10 {
		t.Errorf("the first segment is %d", first)
	}
}

func stays(t *testing.T, s *Store) error {
	n := 0
	for r, err := range s.Scan(t.Context(), "stays/", "", 0) {
		if err != nil || string(r.Value) != string(noise(byte(n), 50)) {
			return errors.Join(err, fmt.Errorf("record %s", r.Key))
		}
		data, err := content(t, s, r.Key)
		if err != nil || string(data) != string(noise(byte(n), 60)) {
			return errors.Join(err, fmt.Errorf("blob %s of %d bytes", r.Key, len(data)))
		}
		n++
	}
	if n != 10 {
		return fmt.Errorf("%d are listed", n)
	}
	return nil
}

// TestSegmentGoes: a value is read though its segment goes just before.
func TestSegmentGoes(t *testing.T) {
	s, err := openOn(disk.OS{}, t.TempDir(), tiny)
	must(t, err)
	defer s.Close()
	must(t, errOf(s.Apply(t.Context(), batchOf("stays", []byte("here")))))
	must(t, errOf(s.Apply(t.Context(), batchOf("changes", noise(1, int(tiny.smallest))))))
	first := s.log.segments[0]
	goes := false
	first.file = lateFile{first.file, func() {
		for n := 0; s.log.segments[0] == first && (!goes || n > 0); n++ {
			goes = true // the compaction reads it, too
			must(t, errOf(s.Apply(t.Context(), batchOf("changes", noise(byte(n), 200)))))
		}
	}}
	found, err := s.Get(t.Context(), "stays")
	if err != nil || string(found[0].Value) != "here" || s.log.segments[0] == first {
		t.Errorf("%v, %v", found, err)
	}
}

// lateFile has something done before it is read.
type lateFile struct {
	disk.File
	before func()
}

func (f lateFile) ReadAt(p []byte, off int64) (int, error) {
	f.before()
	return f.File.ReadAt(p, off)
}

// TestClosed: a store that is closed returns errors, and an upload may be ended.
func TestClosed(t *testing.T) {
	s, err := Open(t.TempDir())
	must(t, err)
	must(t, errOf(s.Apply(t.Context(), batchOf("a", []byte("x")))))
	w, err := s.Create(t.Context(), "a")
	must(t, err)
	must(t, errOf(w.Write([]byte("x"))))
	must(t, s.Close())
	_, get := s.Get(t.Context(), "a")
	_, applied := s.Apply(t.Context(), batchOf("a", nil))
	for what, err := range map[string]error{"Get": get, "Apply": applied, "Commit": w.Commit(t.Context()), "Close": w.Close()} {
		if !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestCompactionGoesOn: what a group that has failed was to take along of the first
// segment is taken along later, so that the segment goes.
func TestCompactionGoesOn(t *testing.T) {
	m := new(disk.Memory)
	s, err := openOn(m.Boot(), "s", tiny)
	must(t, err)
	for i := range 10 {
		must(t, errOf(s.Apply(t.Context(), batchOf(fmt.Sprintf("stays/%d", i), noise(byte(i), 50)))))
	}
	change := func(times int) (failed int) {
		for n := range times {
			if _, err := s.Apply(t.Context(), batchOf("changes", noise(byte(n), 100))); err != nil {
				failed++
			}
		}
		return failed
	}
	syncs := 0
	m.Before = func(step string) error {
		if step == "sync" {
			if syncs++; syncs%3 == 0 {
				return syscall.EIO
			}
		}
		return nil
	}
	failed := change(100)
	m.Before = nil
	last := s.log.last().number
	if later := change(100); failed == 0 || later > 0 || s.log.segments[0].number <= last {
		t.Errorf("%d groups have failed, and %d later; the first segment is %d, which was there", failed, later, s.log.segments[0].number)
	}
}
