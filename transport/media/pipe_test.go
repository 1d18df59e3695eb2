//go:build unix

package media_test

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// TestPipe: a pipe among the photos, to which nobody writes, is no picture, and is not waited for.
func TestPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "beach.jpg")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := new(media.Maker).File(t.Context(), pipe, media.Box{W: 160, H: 120}); !errors.Is(err, media.ErrFormat) {
		t.Error(err)
	}
}
