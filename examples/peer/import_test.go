package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestImport: what a camera has shared far from home is complete once a folder has its originals,
// whatever they are called there; others are not taken for them, and what is complete stays so.
func TestImport(t *testing.T) {
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann"), hub.Peer("Bob")
	camera, photos, copied, edited := ann.Camera(), t.TempDir(), t.TempDir(), t.TempDir()
	programtest.Photos(t, photos, 0, 3)
	id := strings.Fields(bob.Run("contact", "list"))[1]
	camera.Run("share", photos, "-with", id, "-title", "Lake")
	bob.Runs.Await(`arrived from .*: "Lake", 3 items, 3 with a label`)
	for !strings.Contains(ann.Run("list"), "Lake") { // it hears of it from the hub, as Bob does
	}
	for i, name := range []string{"000.jpg", "001.jpg", "002.jpg"} {
		data, err := os.ReadFile(filepath.Join(photos, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(copied, string(rune('a'+i))), data)
		write(t, filepath.Join(edited, name), data[:len(data)-1])
	}
	says(t, ann.Begin("import", "Lake", edited), `Took 0 originals of "Lake"; 3 not here yet.`, "is another")
	last := filepath.Join(copied, "c")
	if err := os.Rename(last, filepath.Join(edited, "c")); err != nil {
		t.Fatal(err)
	}
	if got := ann.Run("import", "Lake", copied); got != "Took 2 originals of \"Lake\"; 1 not here yet.\n" {
		t.Error(got)
	}
	bob.Runs.Await(`from .*: "Lake", 3 items, 1 with a label`)
	if got := ann.Run("import", "Lake", edited); got != "Took 1 original of \"Lake\"; 0 not here yet.\n" {
		t.Error(got)
	}
	bob.Runs.Await(`from .*: "Lake", 3 items, 0 with a label`)
	if got := ann.Run("import", "Lake", copied); got != "Took 0 originals of \"Lake\"; 0 not here yet.\n" {
		t.Error(got)
	}
	got := t.TempDir()
	bob.Run("fetch", "Lake", "-to", got)
	if files, err := os.ReadDir(got); err != nil || len(files) != 3 {
		t.Error(files, err)
	}
}
