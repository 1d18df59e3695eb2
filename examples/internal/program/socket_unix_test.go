//go:build unix

package program

import (
	"net/http"
	"os"
	"syscall"
	"testing"
)

// TestSocketIsPrivate: nobody but its owner can connect to the socket, also in a folder that
// others can enter, and whatever mask the process has; which stays as it was.
func TestSocketIsPrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := t.TempDir()
	stop, err := Listen(dir, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	info, err := os.Stat(socketIn(dir))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if mask := syscall.Umask(0); mask != 0 {
		t.Errorf("the mask is %o", mask)
	}
}
