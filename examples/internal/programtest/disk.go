package programtest

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Disk is a small file system of its own, which can be filled.
type Disk struct {
	Dir string
	t   testing.TB
}

// NewDisk mounts a file system of some megabytes until the end of the test. Root on Linux alone
// may: for others the test is skipped, or fails if GLIMPSE_NEED_ENGINES is 1.
func NewDisk(t testing.TB, megabytes string) Disk {
	t.Helper()
	d := Disk{t.TempDir(), t}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+megabytes+"m", "tmpfs", d.Dir).CombinedOutput(); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatalf("no disk is mounted that can be filled: %v: %s", err, out)
		}
		t.Skipf("a disk that can be filled is mounted, as root on Linux alone may: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", d.Dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return d
}

// Path is where something is on the disk.
func (d Disk) Path(name string) string { return filepath.Join(d.Dir, name) }

// Fill takes all the room of the disk, until Free.
func (d Disk) Fill() {
	d.t.Helper()
	f, err := os.OpenFile(d.Path(filling), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 16; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			d.t.Fatal(err)
		}
	}
}

// Free makes room again.
func (d Disk) Free() {
	d.t.Helper()
	if err := os.Remove(d.Path(filling)); err != nil {
		d.t.Fatal(err)
	}
}

const filling = "filling"

// Files lists the files in a folder and those below it, on one line.
func Files(t testing.TB, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path, err = filepath.Rel(dir, path)
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}
