package filestore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func TestStore(t *testing.T) {
	dirs := map[*testing.T]string{}
	transporttest.Store(t, func(t *testing.T) transport.Store {
		if dirs[t] == "" {
			dirs[t] = t.TempDir()
		}
		return reopen(t, dirs[t], ops{})
	})
}

func reopen(t *testing.T, dir string, o ops) *Store {
	t.Helper()
	s, err := open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestCrash copies the folder before every step that changes the disk, opens
// each copy as a new process would, and checks that what was promised is there
// and what was not done whole is not.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	var copies, steps []string
	var promised []int
	done := 0
	s := reopen(t, dir, ops{before: func(step string) error {
		c := t.TempDir()
		if err := os.CopyFS(filepath.Join(c, "s"), os.DirFS(dir)); err != nil {
			return err
		}
		copies, steps, promised = append(copies, filepath.Join(c, "s")), append(steps, step), append(promised, done)
		return nil
	}})
	for i := range 5 {
		writeBoth(t, s, i)
		done++
	}
	if len(copies) < 25 {
		t.Fatalf("only %d steps: %v", len(copies), steps)
	}
	for i, c := range copies {
		checkCopy(t, c, steps[i], promised[i])
	}
}

// writeBoth commits blob i and then, in one batch, two records for it.
func writeBoth(t *testing.T, s *Store, i int) {
	w, err := s.Create(t.Context(), fmt.Sprintf("b/%d", i))
	if err == nil {
		_, err = w.Write(bytes.Repeat([]byte{byte(i)}, 1000))
	}
	if err == nil {
		err = w.Commit(t.Context())
	}
	if err == nil {
		err = s.Apply(t.Context(),
			transport.Change{Key: fmt.Sprintf("r/%d/a", i), Value: []byte{byte(i)}},
			transport.Change{Key: fmt.Sprintf("r/%d/b", i), Value: []byte{byte(i)}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func checkCopy(t *testing.T, dir, step string, promised int) {
	s := reopen(t, dir, ops{})
	for i := range 5 {
		_, errA := s.Get(t.Context(), fmt.Sprintf("r/%d/a", i))
		_, errB := s.Get(t.Context(), fmt.Sprintf("r/%d/b", i))
		b, errBlob := s.Open(t.Context(), fmt.Sprintf("b/%d", i))
		if errBlob == nil {
			if b.Size() != 1000 {
				t.Errorf("before %q: blob %d has %d bytes", step, i, b.Size())
			}
			b.Close()
		}
		switch {
		case (errA == nil) != (errB == nil):
			t.Errorf("before %q: half of batch %d", step, i)
		case errA == nil && errBlob != nil:
			t.Errorf("before %q: record %d runs ahead of its blob", step, i)
		case i < promised && errA != nil:
			t.Errorf("before %q: record %d was promised: %v", step, i, errA)
		}
	}
}

func TestTornEntryIsCutOff(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, ops{})
	writeBoth(t, s, 0)
	whole, _ := os.ReadFile(filepath.Join(dir, "log"))
	writeBoth(t, s, 1)
	both, _ := os.ReadFile(filepath.Join(dir, "log"))
	for n := len(whole); n < len(both); n++ {
		torn := t.TempDir()
		os.WriteFile(filepath.Join(torn, "log"), both[:n], 0o600)
		s := reopen(t, torn, ops{})
		if _, err := s.Get(t.Context(), "r/0/a"); err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if _, err := s.Get(t.Context(), "r/1/b"); !errors.Is(err, transport.ErrNotFound) {
			t.Fatalf("cut at %d: %v", n, err)
		}
		writeBoth(t, s, 2)
		if _, err := reopen(t, torn, ops{}).Get(t.Context(), "r/2/b"); err != nil {
			t.Fatalf("cut at %d, then written: %v", n, err)
		}
	}
}

func TestDamagedLogIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, ops{})
	writeBoth(t, s, 0)
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
	s := reopen(t, dir, ops{})
	big := bytes.Repeat([]byte("x"), 100_000)
	for i := range 50 {
		big[0] = byte(i)
		if err := s.Apply(t.Context(), transport.Change{Key: "big", Value: big}); err != nil {
			t.Fatal(err)
		}
	}
	writeBoth(t, s, 3)
	info, err := os.Stat(filepath.Join(dir, "log"))
	if err != nil || info.Size() > 2<<20 {
		t.Errorf("log of %d bytes, %v", info.Size(), err)
	}
	s = reopen(t, dir, ops{})
	value, err := s.Get(t.Context(), "big")
	if err != nil || value[0] != 49 {
		t.Errorf("value %v, %v", value[:1], err)
	}
	if _, err := s.Get(t.Context(), "r/3/a"); err != nil {
		t.Error(err)
	}
}

// TestFullDisk fails every step with the error of a full disk, in turn: each
// gives ErrStorage, and the store works again once there is space.
func TestFullDisk(t *testing.T) {
	for n := range 12 {
		dir := t.TempDir()
		left := n
		s := reopen(t, dir, ops{before: func(string) error {
			if left--; left == -1 {
				return syscall.ENOSPC
			}
			return nil
		}})
		err := tryBoth(t, s)
		if left >= 0 {
			continue // fewer steps than n
		}
		if !errors.Is(err, transport.ErrStorage) || !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("step %d: got %v, want ErrStorage", n, err)
		}
		if err := tryBoth(t, s); err != nil {
			t.Fatalf("after step %d: %v", n, err)
		}
		if parts, _ := filepath.Glob(filepath.Join(dir, "parts", "*", "*")); len(parts) > 0 {
			t.Errorf("after step %d: left %v", n, parts)
		}
	}
}

func tryBoth(t *testing.T, s *Store) error {
	w, err := s.Create(t.Context(), "b/1")
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte("hello")); err != nil {
		return errors.Join(err, w.Discard())
	}
	if err := w.Commit(t.Context()); err != nil {
		return errors.Join(err, w.Discard())
	}
	return s.Apply(t.Context(), transport.Change{Key: "r/1", Value: []byte("x")})
}

func TestFolderWithoutPermission(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Open(filepath.Join(file, "store")); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("got %v, want ErrStorage", err)
	}
}
