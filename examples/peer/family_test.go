package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestShareAgain: a share whose publishing failed, and one that succeeded, is the same
// collection when the same command comes again; a file that changed makes another.
func TestShareAgain(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	bob := hub.Peer("Bob", "bob@example.org")
	dir := t.TempDir()
	programtest.Photos(t, dir, 0, 2)
	id := strings.Fields(bob.Run("contact", "list"))[1]
	share := []string{"share", dir, "-with", id, "-title", "Lake"}
	hub.Runs.Kill()
	for range 2 {
		if got := ann.Fails(1, share...); !strings.Contains(got, "will be published as soon as the hub answers") {
			t.Error(got)
		}
	}
	hub.Start()
	bob.Runs.Await(`from .*: "Lake", 2 items, 0 with a label`) // ann's peer did that by itself
	ann.Run(share...)
	if got := ann.Run("list"); strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
	programtest.Photos(t, dir, 2, 3)
	ann.Run(share...)
	if got := ann.Run("list"); strings.Count(got, "\n") != 2 {
		t.Error(got)
	}
}

// TestPeople: people are called by their names, and are reached by mail addresses.
func TestPeople(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	bob := hub.Peer("Bob", "bob@example.org")
	dir := t.TempDir()
	programtest.Photos(t, dir, 0, 1)
	if err := os.WriteFile(filepath.Join(dir, "empty.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ann.Run("contact", "add", "Bob", "bob@example.org")
	p := ann.Begin("share", dir, "-with", "Bob", "-title", "Lake")
	if status := p.Status(); status != 0 || !strings.Contains(p.Errors(), "empty.jpg is left out") {
		t.Errorf("exit status %d: %s", status, p.All())
	}
	who := bob.Runs.Await(`arrived from ([0-9a-f]{8}): "Lake"`)
	if got := bob.Run("list"); !strings.Contains(got, "from "+who) {
		t.Error(got)
	}
	bob.Run("contact", "add", "Ann", who)
	if got := bob.Run("list"); !strings.Contains(got, "from Ann") {
		t.Error(got)
	}
	if got := ann.Run("list"); !strings.Contains(got, "from you") {
		t.Error(got)
	}
	if got := ann.Fails(1, "share", dir, "-with", "Zoe"); !strings.Contains(got, "nobody is called") {
		t.Error(got)
	}
	programtest.Photos(t, dir, 1, 2)
	ann.Run("share", dir, "-with", "Bob", "-title", "Sea")
	bob.Runs.Await(`arrived from Ann: "Sea"`)
}

// TestWords plays what people do with what came: show, wish, see what takes room, drop, fetch.
func TestWords(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	bob := hub.Peer("Bob", "bob@example.org")
	camera, dir, to := ann.Camera(), t.TempDir(), t.TempDir()
	programtest.Photos(t, dir, 0, 2)
	camera.Run("share", dir, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`arrived from .*: "Lake", 2 items, 2 with a label`)
	if got := bob.Run("show", "Lake", "-to", to); strings.Count(got, "label: not there yet") != 2 {
		t.Error(got)
	}
	if files, err := filepath.Glob(filepath.Join(to, "*.thumbnail.jpg")); len(files) != 2 || err != nil {
		t.Error(files, err)
	}
	if got := bob.Run("wish", "Lake", "000.jpg"); !strings.Contains(got, "1 original wished for") {
		t.Error(got)
	}
	if got := bob.Fails(1, "wish", "Lake", "no.jpg"); !strings.Contains(got, "peer show lists all") {
		t.Error(got)
	}
	camera.Run("sync")
	bob.Runs.Await(`wish fulfilled: 000.jpg of "Lake"`)
	if got := bob.Run("show", "Lake"); strings.Count(got, "complete, here") != 1 {
		t.Error(got)
	}
	if got := bob.Run("room"); !strings.Contains(got, "Lake") || !strings.Contains(got, "original") || strings.Contains(got, "original 0 B") {
		t.Error(got)
	}
	if got := bob.Run("drop", "Lake"); !strings.Contains(got, "1 original dropped") {
		t.Error(got)
	}
	if got := bob.Run("room"); !strings.Contains(got, "original 0 B") {
		t.Error(got)
	}
	if got := ann.Fails(1, "drop", "Lake"); !strings.Contains(got, "others fetch") {
		t.Error(got)
	}
	if got := bob.Run("fetch", "Lake", "-to", filepath.Join(to, "got")); !strings.Contains(got, "2 originals in") {
		t.Error(got)
	}
	if got := ann.Run("publish", "Lake"); !strings.Contains(got, `Published "Lake": 2 items, 0 with a label.`) {
		t.Error(got)
	}
	bob.Stop()
	if got := bob.Run("list"); !strings.Contains(got, "Lake") { // alone
		t.Error(got)
	}
	if got := bob.Fails(1, "publish", "Lake"); !strings.Contains(got, "start it first with: peer run") {
		t.Error(got)
	}
}
