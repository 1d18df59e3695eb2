package sqlitestore

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// TestFullOfItsLog: after a crash the log may have all the room there is. It is put into the
// database, although nothing can be written, and begins anew.
func TestFullOfItsLog(t *testing.T) {
	const log = "records.sqlite-wal"
	s, left := open(t, t.TempDir()), t.TempDir()
	for i := range 200 {
		want(t, set(t, s, "a", fmt.Sprint(i, strings.Repeat("x", 10_000))), nil)
	}
	s.writer.log.turn.Lock()
	want(t, os.CopyFS(left, os.DirFS(s.dir)), nil) // what a crash leaves
	s.writer.log.turn.Unlock()
	info, err := os.Stat(filepath.Join(left, log))
	want(t, err, nil)

	limitFiles(t, uint64(info.Size()))
	s = open(t, left)
	err = set(t, s, "b", strings.Repeat("x", 10_000))
	for ; err != nil && t.Context().Err() == nil; err = set(t, s, "b", strings.Repeat("x", 10_000)) {
		want(t, err, transport.ErrStorage)
	}
	want(t, err, nil)
	got, err := read(t, s, "a")
	want(t, err, nil)
	if !strings.HasPrefix(got, "199x") {
		t.Errorf("a is %.10s", got)
	}
}

// limitFiles lets no file of this process grow beyond a size, in bytes.
func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	var was syscall.Rlimit
	want(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was), nil)
	limit := was
	limit.Cur = size
	want(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit), nil)
	t.Cleanup(func() { want(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was), nil) })
}
