package filestore

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func TestStore(t *testing.T) {
	dirs := map[*testing.T]string{}
	transporttest.Store(t, func(t *testing.T) transport.Store {
		if dirs[t] == "" {
			dirs[t] = t.TempDir()
		}
		return reopen(t, dirs[t])
	})
}

func reopen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestCrash has the power fail before every step that changes the disk, opens the
// store as a new process would, and checks that what was promised is there and what
// was not done whole is not. The power fails again at each step of opening it.
func TestCrash(t *testing.T) {
	steps := 0
	for failsAt(t, steps, 0) {
		for seed := range uint64(20) {
			failsAt(t, steps, seed)
		}
		steps++
	}
	if steps < 25 {
		t.Errorf("only %d steps", steps)
	}
}

// failsAt reports whether there were so many steps that the power failed.
func failsAt(t *testing.T, step int, seed uint64) bool {
	m := &disk.Memory{}
	failed := fails(m, step, seed)
	promised := 0
	if s, err := OpenOn(m.Boot(), "s"); err == nil {
		for promised < 5 && writeBoth(t, s, promised) == nil {
			promised++
		}
	}
	crashed := failed()
	fails(m, 0, seed)
	s, err := OpenOn(m.Boot(), "s")
	for n := 1; err != nil; n++ { // it fails again while the store is opened
		if !errors.Is(err, disk.ErrCrashed) {
			t.Fatalf("step %d: %v", step, err)
		}
		fails(m, n, seed)
		s, err = OpenOn(m.Boot(), "s")
	}
	m.Before = nil
	check(t, s, step, promised)
	if err := writeBoth(t, s, 5); err != nil {
		t.Fatalf("after step %d: %v", step, err)
	}
	return crashed
}

// fails has the power fail before a step.
func fails(m *disk.Memory, step int, seed uint64) (failed func() bool) {
	left := step
	m.Before = func(string) error {
		if left--; left != -1 {
			return nil
		}
		m.Fail(rand.New(rand.NewPCG(seed, uint64(step))))
		return disk.ErrCrashed
	}
	return func() bool { return left < 0 }
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// writeBoth commits blob i and then, in one batch, two records for it.
func writeBoth(t *testing.T, s *Store, i int) error {
	w, err := s.Create(t.Context(), fmt.Sprintf("b/%d", i))
	if err != nil {
		return err
	}
	if _, err := w.Write(bytes.Repeat([]byte{byte(i)}, 1000)); err != nil {
		return errors.Join(err, w.Discard())
	}
	if err := w.Commit(t.Context()); err != nil {
		return errors.Join(err, w.Discard())
	}
	return s.Apply(t.Context(),
		transport.Change{Key: fmt.Sprintf("r/%d/a", i), Value: []byte{byte(i)}},
		transport.Change{Key: fmt.Sprintf("r/%d/b", i), Value: []byte{byte(i)}})
}

func check(t *testing.T, s *Store, step, promised int) {
	for i := range 5 {
		_, errA := s.Get(t.Context(), fmt.Sprintf("r/%d/a", i))
		_, errB := s.Get(t.Context(), fmt.Sprintf("r/%d/b", i))
		b, errBlob := s.Open(t.Context(), fmt.Sprintf("b/%d", i))
		if errBlob == nil {
			if b.Size() != 1000 {
				t.Errorf("before step %d: blob %d has %d bytes", step, i, b.Size())
			}
			b.Close()
		}
		switch {
		case (errA == nil) != (errB == nil):
			t.Errorf("before step %d: half of batch %d", step, i)
		case errA == nil && errBlob != nil:
			t.Errorf("before step %d: record %d runs ahead of its blob", step, i)
		case i < promised && errA != nil:
			t.Errorf("before step %d: record %d was promised: %v", step, i, errA)
		}
	}
}

// TestSeenOutlivesPowerFailure: what a process has found after another one was killed
// at any step is still there when the power fails.
func TestSeenOutlivesPowerFailure(t *testing.T) {
	for step := 0; ; step++ {
		m := &disk.Memory{}
		left := step
		m.Before = func(string) error {
			if left--; left == -1 {
				m.Kill()
			}
			return nil
		}
		if s, err := OpenOn(m.Boot(), "s"); err == nil {
			for i := 0; i < 3 && writeBoth(t, s, i) == nil; i++ {
			}
		}
		killed := left < 0
		m.Before = nil
		before := sees(t, m)
		for seed := range uint64(10) {
			m.Fail(rand.New(rand.NewPCG(seed, uint64(step))))
			if after := sees(t, m); !slices.Equal(before, after) {
				t.Fatalf("killed at step %d: %v were there, then %v", step, before, after)
			}
		}
		if !killed {
			return
		}
	}
}

// sees lists what a new process finds.
func sees(t *testing.T, m *disk.Memory) (found []string) {
	s, err := OpenOn(m.Boot(), "s")
	must(t, err)
	for i := range 3 {
		if b, err := s.Open(t.Context(), fmt.Sprintf("b/%d", i)); err == nil {
			found = append(found, fmt.Sprint("blob ", i))
			must(t, b.Close())
		}
	}
	for r, err := range s.Scan(t.Context(), "") {
		must(t, err)
		found = append(found, r.Key)
	}
	return found
}

// TestPartOutlivesPowerFailure: what came of an upload that was closed is there.
func TestPartOutlivesPowerFailure(t *testing.T) {
	m := &disk.Memory{}
	s, err := OpenOn(m.Boot(), "s")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Create(t.Context(), "b/1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m.Fail(rand.New(rand.NewPCG(1, 1)))
	if s, err = OpenOn(m.Boot(), "s"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Part(t.Context(), "b/1"); n != 5 || err != nil {
		t.Errorf("%d bytes are left, %v", n, err)
	}
}

func TestTornEntryIsCutOff(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir)
	must(t, writeBoth(t, s, 0))
	whole, _ := os.ReadFile(filepath.Join(dir, "log"))
	must(t, writeBoth(t, s, 1))
	both, _ := os.ReadFile(filepath.Join(dir, "log"))
	for n := len(whole); n < len(both); n++ {
		torn := t.TempDir()
		os.WriteFile(filepath.Join(torn, "log"), both[:n], 0o600)
		s := reopen(t, torn)
		if _, err := s.Get(t.Context(), "r/0/a"); err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if _, err := s.Get(t.Context(), "r/1/b"); !errors.Is(err, transport.ErrNotFound) {
			t.Fatalf("cut at %d: %v", n, err)
		}
		must(t, writeBoth(t, s, 2))
		if _, err := reopen(t, torn).Get(t.Context(), "r/2/b"); err != nil {
			t.Fatalf("cut at %d, then written: %v", n, err)
		}
	}
}

func TestDamagedLogIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir)
	must(t, writeBoth(t, s, 0))
	writeBoth(t, s, 1)
	path := filepath.Join(dir, "log")
	data, _ := os.ReadFile(path)
	data[entryHead+2] ^= 1
	os.WriteFile(path, data, 0o600)
	if _, err := Open(dir); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want ErrCorrupt", err)
	}
}

func TestCompact(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir)
	big := bytes.Repeat([]byte("x"), 100_000)
	for i := range 50 {
		big[0] = byte(i)
		if err := s.Apply(t.Context(), transport.Change{Key: "big", Value: big}); err != nil {
			t.Fatal(err)
		}
	}
	must(t, writeBoth(t, s, 3))
	info, err := os.Stat(filepath.Join(dir, "log"))
	if err != nil || info.Size() > 2<<20 {
		t.Errorf("log of %d bytes, %v", info.Size(), err)
	}
	s = reopen(t, dir)
	value, err := s.Get(t.Context(), "big")
	if err != nil || value[0] != 49 {
		t.Errorf("value %v, %v", value[:1], err)
	}
	if _, err := s.Get(t.Context(), "r/3/a"); err != nil {
		t.Error(err)
	}
}

// TestCrashWhileCompacting has the power fail at each step of a store whose log is
// written anew in between.
func TestCrashWhileCompacting(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 400_000)
	for step := 0; ; step++ {
		m := &disk.Memory{}
		failed := fails(m, step, 1)
		written := 0
		if s, err := OpenOn(m.Boot(), "s"); err == nil {
			for written < 6 && s.Apply(t.Context(), transport.Change{Key: "big", Value: append(big, byte(written+1))}) == nil {
				written++
			}
		}
		crashed := failed()
		m.Before = nil
		s, err := OpenOn(m.Boot(), "s")
		must(t, err)
		value, err := s.Get(t.Context(), "big")
		if written > 0 && (err != nil || int(value[len(big)]) < written) {
			t.Fatalf("step %d: %d were written, %d bytes are there, %v", step, written, len(value), err)
		}
		if !crashed {
			return
		}
	}
}

// TestFullDisk fails every step with the error of a full disk, in turn: each
// gives ErrStorage, and the store works again once there is space.
func TestFullDisk(t *testing.T) {
	for n := range 14 {
		m := &disk.Memory{}
		s, err := OpenOn(m.Boot(), "s")
		if err != nil {
			t.Fatal(err)
		}
		left := n
		m.Before = func(string) error {
			if left--; left == -1 {
				return syscall.ENOSPC
			}
			return nil
		}
		err = writeBoth(t, s, 1)
		if left >= 0 {
			continue // fewer steps than n
		}
		if !errors.Is(err, transport.ErrStorage) || !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("step %d: got %v, want ErrStorage", n, err)
		}
		if err := writeBoth(t, s, 1); err != nil {
			t.Fatalf("after step %d: %v", n, err)
		}
		if parts := m.Files("s/parts"); len(parts) > 0 {
			t.Errorf("after step %d: left %v", n, parts)
		}
	}
}

func TestFolderWithoutPermission(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Open(filepath.Join(file, "store")); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("got %v, want ErrStorage", err)
	}
}
