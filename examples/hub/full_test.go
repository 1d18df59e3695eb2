package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestDiskFull fills the disk of a hub that is shared with: it goes on when there is room, and
// has all that it has acknowledged.
func TestDiskFull(t *testing.T) {
	disk := programtest.NewDisk(t, "4")
	h := startHub(t, disk.Path("hub"), programtest.Port(t))
	bobs, loads := h.loaded(t, "Ann")
	load := loads[0]
	disk.Fill()
	load.AwaitLine(regexp.MustCompile(`storage|disk|space`))
	h.Interrupt() // Ctrl-C, when nothing can be written
	if status := h.Status(); status != 0 {
		t.Errorf("stopped with %d: %s", status, h.Errors())
	}
	disk.Free()
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
	disk, h := programtest.NewDisk(t, "4"), newHub(t)
	h.join(t, "user", "add", "Ann")
	backup := filepath.Join(t.TempDir(), "backup")
	programtest.Run(t, h.program, "backup", backup, "-data", h.dir)
	disk.Fill()
	for _, args := range [][]string{
		{"-data", disk.Path("new")},
		{"backup", disk.Path("backup"), "-data", h.dir},
		{"restore", backup, "-data", disk.Path("restored")},
	} {
		if got := programtest.Fails(t, 1, h.program, args...); !strings.Contains(got, "the disk is full") {
			t.Errorf("%v: %s", args, got)
		}
	}
	for _, name := range []string{"restored", "restored.part", "new/key.pem"} {
		if there, err := program.Exists(disk.Path(name)); there || err != nil {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if got := programtest.Fails(t, 1, h.program, "restore", disk.Path("backup"), "-data", disk.Path("restored")); !strings.Contains(got, "backup") {
		t.Error("of a backup that is not whole:", got)
	}
	disk.Free()
	programtest.Run(t, h.program, "backup", disk.Path("backup"), "-data", h.dir)
	programtest.Run(t, h.program, "restore", disk.Path("backup"), "-data", disk.Path("restored"))
}
