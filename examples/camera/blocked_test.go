package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestNoAddress refuses what is no mail address before anything is kept of the album.
func TestNoAddress(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 1)
	for _, who := range []string{"dee@localhost", "Dee <dee@example.org>"} {
		if got := programtest.Fails(t, 2, programtest.Program("camera"), "share", dir, "-with", who, "-data", f.camera.Dir); !strings.Contains(got, "nobody is called") {
			t.Error(got)
		}
	}
	f.run("share", dir, "-with", bob)
	if got := f.run("list"); strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
}

// TestOneCannot says which original could not go to the home, and has it keep no later album
// back: an album of which an original is nowhere is not at home.
func TestOneCannot(t *testing.T) {
	f := newFamily(t)
	sea, lake := t.TempDir(), t.TempDir()
	photos(t, sea, 0, 2)
	photos(t, lake, 2, 4)
	f.run("share", sea, "-with", bob, "-title", "Sea")
	f.run("share", lake, "-with", bob, "-title", "Lake")
	if err := os.Remove(filepath.Join(sea, "000.jpg")); err != nil {
		t.Fatal(err)
	}
	p := programtest.Start(t, programtest.Program("camera"), "sync", "-data", f.camera.Dir)
	if status := p.Status(); status != 1 || !strings.Contains(p.Errors(), filepath.Join(sea, "000.jpg")) {
		t.Errorf("exit status %d: %s", status, p.Errors())
	}
	if n := f.items("at home"); n != 2 {
		t.Errorf("%d items at home", n)
	}
}

// TestSharedOnce goes on with what could not be shared, where the same command comes again.
func TestSharedOnce(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 2)
	f.hub.Runs.Kill()
	programtest.Fails(t, 1, programtest.Program("camera"), "share", dir, "-with", bob, "-title", "Lake", "-data", f.camera.Dir)
	f.hub.Start()
	f.run("share", dir, "-with", bob, "-title", "Lake")
	if got := f.run("list"); strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
}
