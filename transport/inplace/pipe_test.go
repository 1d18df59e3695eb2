//go:build unix

package inplace_test

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/inplace"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestPipe: a pipe in a user's folder, to which nobody writes, is no file, and is not waited for;
// nor is one that takes the place of a file which is kept.
func TestPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := inplace.New(new(memstore.Store)).File(pipe); !errors.Is(err, transport.ErrStorage) {
		t.Error(err)
	}
	p := newPlace(t)
	p.must(p.put("a", text, 7))
	p.must(syscall.Unlink(p.path))
	p.must(syscall.Mkfifo(p.path, 0o600))
	if _, err := p.Open(t.Context(), "a"); !errors.Is(err, transport.ErrStorage) {
		t.Error(err)
	}
	p.must(p.put("a", text, 7))
	if got := p.read("a"); got != text || p.copies() != 1 {
		t.Errorf("%q, %d copies", got, p.copies())
	}
}
