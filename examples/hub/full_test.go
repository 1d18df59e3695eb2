package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// smallDisk mounts a file system of 4 MB, and returns its folder.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a disk that can be filled is mounted, as root on Linux alone may: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return dir
}

// fill takes all the room of a disk, until it is called back.
func fill(t *testing.T, disk string) (free func()) {
	t.Helper()
	name := filepath.Join(disk, "filling")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 16; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskFull fills the disk of a hub that is shared with: it goes on when there is room, and
// has all that it has acknowledged.
func TestDiskFull(t *testing.T) {
	disk := smallDisk(t)
	h := startHub(t, filepath.Join(disk, "hub"), programtest.Port(t))
	bobs, _, err := program.LoadAccount(h.join(t, "user", "add", "Bob"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(loadRecipient, bobs.User.String())
	t.Setenv(loadFolder, h.join(t, "user", "add", "Ann"))
	load := programtest.Start(t, os.Args[0])
	os.Unsetenv(loadFolder)
	load.AwaitMore()
	free := fill(t, disk)
	load.AwaitLine(regexp.MustCompile(`storage|disk|space`))
	h.Interrupt() // Ctrl-C, when nothing can be written
	if status := h.Status(); status != 0 {
		t.Errorf("stopped with %d: %s", status, h.Errors())
	}
	free()
	h = startHub(t, h.dir, h.address)
	load.AwaitMore()
	load.Kill()
	acknowledged := map[string]bool{}
	for _, name := range strings.Fields(load.Printed()) {
		acknowledged[name] = true
	}
	programtest.Run(t, h.program, "check", "-data", h.dir)
	receiveAll(t, bobs, acknowledged)
}

// TestNoRoom leaves nothing half-written where there is no room for a hub, a backup or what is
// restored.
func TestNoRoom(t *testing.T) {
	disk, h := smallDisk(t), newHub(t)
	h.join(t, "user", "add", "Ann")
	backup := filepath.Join(t.TempDir(), "backup")
	programtest.Run(t, h.program, "backup", backup, "-data", h.dir)
	free := fill(t, disk)
	for _, args := range [][]string{
		{"-data", filepath.Join(disk, "new")},
		{"backup", filepath.Join(disk, "backup"), "-data", h.dir},
		{"restore", backup, "-data", filepath.Join(disk, "restored")},
	} {
		if got := programtest.Fails(t, 1, h.program, args...); !strings.Contains(got, "the disk is full") {
			t.Errorf("%v: %s", args, got)
		}
	}
	for _, name := range []string{"restored", "restored.part", "new/key.pem"} {
		if there, err := program.Exists(filepath.Join(disk, name)); there || err != nil {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if got := programtest.Fails(t, 1, h.program, "restore", filepath.Join(disk, "backup"), "-data", filepath.Join(disk, "restored")); !strings.Contains(got, "backup") {
		t.Error("of a backup that is not whole:", got)
	}
	free()
	programtest.Run(t, h.program, "backup", filepath.Join(disk, "backup"), "-data", h.dir)
	programtest.Run(t, h.program, "restore", filepath.Join(disk, "backup"), "-data", filepath.Join(disk, "restored"))
}
