//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package filestore_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
)

// otherProcess is the folder that this test, run as another process, opens.
const otherProcess = "GLIMPSE_FILESTORE_TO_OPEN"

// TestSecondProcess: a folder that a process uses is refused to another one, and
// free again when the store is closed.
func TestSecondProcess(t *testing.T) {
	if dir := os.Getenv(otherProcess); dir != "" {
		s, err := filestore.Open(dir)
		if err != nil {
			if !errors.Is(err, filestore.ErrLocked) || !errors.Is(err, transport.ErrStorage) {
				t.Fatalf("got %v", err)
			}
			t.Fatal("the folder is locked")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	s, err := filestore.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := opens(t, dir); err == nil || !strings.Contains(out, "the folder is locked") {
		t.Errorf("while it is in use: %v\n%s", err, out)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := opens(t, dir); err != nil {
		t.Errorf("when it is free: %v\n%s", err, out)
	}
}

// opens runs this test as another process, which opens the folder.
func opens(t *testing.T, dir string) (string, error) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSecondProcess$")
	cmd.Env = append(os.Environ(), otherProcess+"="+dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
