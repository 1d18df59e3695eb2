package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// asNobody does something on a thread that has no rights to the files of the
// tester, even where that is root.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	done := make(chan bool)
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
		}
		do()
	}()
	<-done
}

// runAsNobody runs the command so.
func runAsNobody(t *testing.T, args ...string) (o outcome) {
	t.Helper()
	asNobody(t, func() {
		var out, errs bytes.Buffer
		o.status = run(t.Context(), args, &out, &errs, tricks{})
		o.out, o.errors = out.String(), errs.String()
	})
	return o
}

// openTo makes a folder that everybody can reach and list.
func openTo(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, path := range []string{dir, filepath.Dir(dir)} {
		chmod(t, path, 0o755)
	}
	return dir
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestNoPermission(t *testing.T) {
	locked := filepath.Join(openTo(t), "locked")
	if err := os.Mkdir(locked, 0); err != nil {
		t.Fatal(err)
	}
	t.Run("keep", func(t *testing.T) {
		o := runAsNobody(t, "-keep", filepath.Join(locked, "kept"))
		o.refused(t, 1, "no permission", "kept")
	})
	t.Run("photos", func(t *testing.T) {
		o := runAsNobody(t, "-photos", locked)
		o.refused(t, 1, "no permission", "locked")
	})
}

// A file or folder that cannot be read is named, with what would help. The others
// are found.
func TestNoPermissionInFolder(t *testing.T) {
	dir := openTo(t)
	for name, mode := range map[string]os.FileMode{"closed.jpg": 0, "open.jpg": 0o644, "folder/a.jpg": 0o644} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, small(1))
		chmod(t, path, mode)
	}
	chmod(t, filepath.Join(dir, "folder"), 0)
	c, err := newCamera(&stage{timeline: &timeline{}, root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	asNobody(t, func() {
		card, err := findFiles(dir)
		if err != nil || len(card.Files) != 2 || len(card.Bad) != 1 || card.Bad[0].File != "folder" || !strings.Contains(card.Bad[0].Reason, "no permission") {
			t.Errorf("%+v %v", card, err)
			return
		}
		_, err = c.takePhoto(t.Context(), card.Files[0])
		if err == nil || reason(err) != "cannot be read: no permission; its owner can give it" {
			t.Errorf("%s: %v", card.Files[0].Name, err)
		}
	})
}
