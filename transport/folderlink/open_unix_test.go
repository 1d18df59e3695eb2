//go:build unix

package folderlink

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// TestOpenLooksAgain: a pipe that takes the place of a file between a look at it and its opening
// keeps nobody waiting.
func TestOpenLooksAgain(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "photo")
	if err := os.WriteFile(name, []byte("bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	swaps := sync.OnceFunc(func() {
		if err := errors.Join(os.Remove(name), syscall.Mkfifo(name, 0o600)); err != nil {
			t.Error(err)
		}
	})
	f, _, err := open(root, "photo", func(mode fs.FileMode) bool {
		defer swaps()
		return mode.IsRegular()
	})
	if f != nil || !errors.Is(err, errKind) {
		t.Errorf("%v, %v", f, err)
	}
}
