package main

import (
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestCtrlC interrupts each long word of a home, a camera and a recipient, and the peers
// themselves, at random moments: the same words go on, there is one collection of each, and no
// file that is not whole. Run with -interrupts 20, it is a search.
func TestCtrlC(t *testing.T) {
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann", "ann@example.org"), hub.Peer("Bob", "bob@example.org")
	camera, thumbnails, to := ann.Camera(), t.TempDir(), t.TempDir()
	lake, sea, hut := t.TempDir(), t.TempDir(), t.TempDir()
	for i, dir := range []string{lake, sea, hut} {
		programtest.Photos(t, dir, 40*i, 40*i+40)
	}
	bob.Stop()
	bob.Start("-accept", "1")
	friend := strings.TrimSpace(bob.Run("address"))
	do := func(of *programtest.Station, args ...string) {
		t.Helper()
		of.Interrupt(args...)
		of.Run(args...)
	}
	do(ann, "share", lake, "-with", "bob@example.org", "-title", "Lake")
	do(ann, "publish", "Lake")
	bob.Restart("-accept", "1") // while it receives
	do(bob, "show", "Lake", "-to", thumbnails)
	do(bob, "fetch", "Lake", "-to", to+"/Lake")
	do(camera, "share", sea, "-with", "bob@example.org", "-title", "Sea")
	do(camera, "give", friend, "-title", "Sea")
	camera.Interrupt("sync")
	p := camera.Begin("sync")
	ann.Restart() // while something is handed over
	if p.Status(); !strings.Contains(camera.Run("sync")+camera.Run("list"), "at home") {
		t.Error(camera.Run("list"))
	}
	watch := []string{"watch", hut, "-with", "bob@example.org", "-title", "Hut", "-every", "20ms"}
	camera.Interrupt(watch...)
	p = camera.Begin(watch...)
	p.Await(`Synced "Hut"`)
	if p.Interrupt(); p.Status() != 0 {
		t.Error(p.All())
	}
	for _, title := range []string{"Sea", "Hut"} {
		ann.Run("publish", title)
		do(bob, "fetch", title, "-to", to+"/"+title)
	}
	for _, s := range []*programtest.Station{ann, bob} {
		s.Stop() // and what was under way has ended
		if got := s.Run("list"); strings.Count(got, "40 items     0 with a label") != 3 || strings.Count(got, "\n") != 3 {
			t.Error(got)
		}
	}
	if got := camera.Run("list"); strings.Count(got, "at home        40") != 2 || strings.Count(got, "\n") != 2 {
		t.Error(got)
	}
	if n := len(strings.Fields(programtest.Files(t, thumbnails))); n != 40 {
		t.Errorf("%d thumbnails", n)
	}
	programtest.SameFiles(t, to+"/Lake", lake)
	programtest.SameFiles(t, to+"/Sea", sea)
	programtest.SameFiles(t, to+"/Hut", hut)
}
