package sqlitestore

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestStore crashes a store by going on with what is on the disk of it at one moment.
func TestStore(t *testing.T) {
	last := map[testing.TB]*Store{}
	transporttest.Store(t, func(t testing.TB) transport.Store {
		dir := t.TempDir()
		if s := last[t]; s != nil {
			image(t, s, dir)
		}
		last[t] = open(t, dir)
		return last[t]
	})
}

func TestSharedStore(t *testing.T) {
	dirs := map[testing.TB]string{}
	transporttest.SharedStore(t, func(t testing.TB) transport.Store {
		if dirs[t] == "" {
			dirs[t] = t.TempDir()
		}
		return open(t, dirs[t])
	})
}

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// image copies what a process that is killed now leaves.
func image(t testing.TB, s *Store, dir string) {
	t.Helper()
	s.writer.log.turn.Lock()
	defer s.writer.log.turn.Unlock()
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "records.sqlite-shm")); err != nil {
		t.Fatal(err)
	}
}
