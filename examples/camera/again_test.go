package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestKilledSharing kills the camera while it makes an album, and after the hub has it: the
// same command shares it once, and nothing is left of what was begun before.
func TestKilledSharing(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 30)
	share := []string{"share", dir, "-with", "bob@example.org", "-title", "Lake"}
	albums := filepath.Join(f.camera.Dir, "albums")
	p := f.camera.Begin(share...)
	for made := []string(nil); len(made) == 0; made, _ = filepath.Glob(filepath.Join(albums, "*", "*.jpg")) {
		if strings.Contains(p.Printed(), "Shared") {
			t.Fatal("it was not killed in time")
		}
	}
	p.Kill()
	f.run(share...)
	if got := f.run(share...); !strings.Contains(got, "shared already") {
		t.Error(got)
	}
	if got := f.run("list"); strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
	if folders, err := os.ReadDir(albums); len(folders) != 1 || err != nil {
		t.Errorf("%d folders, %v", len(folders), err)
	}
	photos(t, dir, 30, 31)
	f.run(share...)
	if got := f.run("list"); strings.Count(got, "\n") != 2 {
		t.Error(got)
	}
}

// TestGive hands an album over to a friend, who takes thumbnails of friends.
func TestGive(t *testing.T) {
	f := newFamily(t)
	bob := f.hub.Peer("Bob", "bob@example.org")
	dir := t.TempDir()
	photos(t, dir, 0, 2)
	f.run("share", dir, "-with", "bob@example.org", "-title", "Lake")
	address := strings.TrimSpace(bob.Run("address"))
	p := f.camera.Begin("give", address)
	if p.Status() != 1 || p.Printed() != "" || !strings.Contains(p.Errors(), "-accept") {
		t.Error(p.All())
	}
	bob.Stop()
	bob.Start("-accept", "1")
	if got := f.run("give", address, "-title", "Lake"); !strings.Contains(got, `Handed over "Lake"`) {
		t.Error(got)
	}
	if got := f.camera.Fails(1, "give", address, "-title", "Sea"); !strings.Contains(got, "camera list shows all") {
		t.Error(got)
	}
}

// TestHomeMoved finds a home that has another address than when the camera joined: at the hub,
// and from then on by itself.
func TestHomeMoved(t *testing.T) {
	f := newFamily(t)
	sea, lake, hut := t.TempDir(), t.TempDir(), t.TempDir()
	for i, dir := range []string{sea, lake, hut} {
		photos(t, dir, i, i+1)
	}
	f.run("share", sea, "-with", "bob@example.org", "-title", "Sea")
	f.run("sync")
	f.home.Runs.Await(`published "Sea": 1 item, 0`)
	f.home.Stop()
	f.home.Address = programtest.Port(t)
	f.home.Start()
	f.run("share", lake, "-with", "bob@example.org", "-title", "Lake")
	for { // until the home has told the hub
		if p := f.camera.Begin("sync"); p.Status() == 0 {
			break
		} else if !strings.Contains(p.Errors(), "nobody answers") {
			t.Fatal(p.Errors())
		}
	}
	f.run("share", hut, "-with", "bob@example.org", "-title", "Hut")
	f.hub.Runs.Kill()
	f.run("sync")
	if n := f.items("at home"); n != 3 {
		t.Errorf("%d items at home", n)
	}
}
