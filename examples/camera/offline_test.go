package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestMailWaitsForHub: what is for mail addresses goes home once the hub has it, by the same
// command, and keeps back nothing else meanwhile.
func TestMailWaitsForHub(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	bob := hub.Peer("Bob", "bob@example.org")
	camera, dir := ann.Camera(), t.TempDir()
	programtest.Photos(t, dir, 0, 1)
	hub.Stop()
	camera.Fails(1, "share", dir, "-with", "bob@example.org", "-title", "Lake")
	camera.Fails(1, "share", dir, "-with", strings.Fields(bob.Run("contact", "list"))[1], "-title", "Sea")
	p := camera.Begin("sync")
	if p.Status() != 1 || !strings.Contains(p.Errors(), `"Lake" waits for the hub`) || !strings.Contains(p.All(), `Synced "Sea"`) {
		t.Error(p.All())
	}
	hub.Start()
	if got := camera.Run("sync"); !strings.Contains(got, `Shared "Lake"`) || !strings.Contains(got, `Synced "Lake"`) {
		t.Error(got)
	}
}

// TestNobody: who shares with a user who is none at the hub is told so.
func TestNobody(t *testing.T) {
	hub := programtest.NewHub(t)
	camera, dir, nobody := hub.Peer("Ann").Camera(), t.TempDir(), strings.Repeat("ab", 16)
	programtest.Photos(t, dir, 0, 1)
	p := camera.Begin("share", dir, "-with", nobody, "-title", "Lake")
	if p.Status() != 0 || !strings.Contains(p.Errors(), "The hub does not know "+nobody) {
		t.Error(p.All())
	}
}

// TestPhone: photos as phones take them have thumbnails, too; one that is broken is shared without.
func TestPhone(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	camera, dir, to := ann.Camera(), t.TempDir(), t.TempDir()
	heic, err := os.ReadFile("../../transport/media/heif/testdata/corners.heic")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"Möwe.HEIC": heic, "broken.heic": heic[:len(heic)/2]} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	camera.Run("share", dir, "-with", "ann@example.org", "-title", "Lake")
	camera.Run("sync")
	ann.Run("show", "Lake", "-to", to)
	if files, err := filepath.Glob(filepath.Join(to, "*")); len(files) != 1 || !strings.Contains(files[0], "Möwe.HEIC") {
		t.Error(files, err)
	}
}
