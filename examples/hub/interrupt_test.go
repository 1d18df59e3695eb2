package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestCtrlC interrupts backup, check and restore at random moments: the same words go on, the
// backup is whole, and what is restored is a hub or is not there.
func TestCtrlC(t *testing.T) {
	h := newHub(t)
	_, loads := h.loaded(t, "Ann")
	load := loads[0]
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup")
	for _, args := range [][]string{{"backup", backup}, {"check"}} {
		args = append(args, "-data", h.dir)
		for range programtest.Interrupts() {
			programtest.Interrupt(t, h.program, args...)
			load.AwaitMore() // the hub goes on
		}
		programtest.Run(t, h.program, args...)
	}
	load.Kill()
	programtest.Run(t, h.program, "check", "-data", backup)
	for i := range programtest.Interrupts() {
		restore(t, h.program, backup, filepath.Join(dir, strconv.Itoa(i)))
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1+programtest.Interrupts() {
		t.Error(err, programtest.Files(t, dir)) // something is left
	}
}

// restore restores a backup, and is interrupted: the hub is there, or is not.
func restore(t *testing.T, hub, backup, to string) {
	t.Helper()
	args := []string{"restore", backup, "-data", to}
	programtest.Interrupt(t, hub, args...)
	if there, err := program.Exists(to); err != nil {
		t.Fatal(err)
	} else if !there {
		programtest.Run(t, hub, args...)
	}
	programtest.Run(t, hub, "check", "-data", to)
}
