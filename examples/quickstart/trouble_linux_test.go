package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// asNobody runs the command on a thread that has no rights to the files of the
// tester, even where that is root.
func asNobody(t *testing.T, args ...string) outcome {
	t.Helper()
	done := make(chan outcome)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
		}
		var out, errs bytes.Buffer
		status := run(t.Context(), args, &out, &errs, tricks{})
		done <- outcome{status, out.String(), errs.String()}
	}()
	return <-done
}

func TestNoPermission(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a.jpg"), []byte("text"))
	t.Run("keep", func(t *testing.T) {
		o := asNobody(t, "-keep", filepath.Join(locked, "kept"))
		o.refused(t, 1, "no permission", "kept")
	})
	t.Run("photos", func(t *testing.T) {
		if err := os.Chmod(locked, 0); err != nil {
			t.Fatal(err)
		}
		o := asNobody(t, "-photos", locked)
		o.refused(t, 1, "no permission", "locked")
	})
}
