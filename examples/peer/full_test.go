package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

var isFull = regexp.MustCompile("the disk is full; make room")

// TestDiskFull fills a recipient's disk: what comes waits until there is room, and each word
// says so, in one line, and leaves nothing half-written.
func TestDiskFull(t *testing.T) {
	disk := programtest.NewDisk(t, "4")
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann", "ann@example.org"), hub.PeerIn(disk.Dir, "Bob", "bob@example.org")
	lake, sea, to := t.TempDir(), t.TempDir(), t.TempDir()
	programtest.Photos(t, lake, 0, 20)
	programtest.Photos(t, sea, 20, 30)
	ann.Run("share", lake, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`changed from .*: "Lake", 20 items, 0 with a label`)
	disk.Fill()
	for _, args := range [][]string{
		{"fetch", "Lake", "-to", to},
		{"show", "Lake", "-to", to},
		{"wish", "Lake"},
	} {
		if got := bob.Fails(1, args...); !isFull.MatchString(got) {
			t.Errorf("%v: %s", args, got)
		}
	}
	if got := programtest.Files(t, to); got != "" {
		t.Error("written:", got)
	}
	ann.Run("share", sea, "-with", "bob@example.org", "-title", "Sea")
	bob.Runs.AwaitLine(isFull)
	bob.Stop() // Ctrl-C, when nothing can be written
	disk.Free()
	bob.Start()
	bob.Runs.Await(`from .*: "Sea", 10 items, 0 with a label`)
	bob.Run("fetch", "Lake", "-to", to)
	programtest.SameFiles(t, to, lake)
}

// TestNowhereToWrite fills the disk to which a word writes: nothing is half-written there.
func TestNowhereToWrite(t *testing.T) {
	disk := programtest.NewDisk(t, "1")
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann", "ann@example.org"), hub.Peer("Bob", "bob@example.org")
	lake := t.TempDir()
	programtest.Photos(t, lake, 0, 20)
	ann.Run("share", lake, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`changed from .*: "Lake", 20 items, 0 with a label`)
	disk.Fill()
	for _, args := range [][]string{
		{"fetch", "Lake", "-to", disk.Path("to")},
		{"show", "Lake", "-to", disk.Path("to")},
		{"join", "https://127.0.0.1:1#."},
	} {
		dir := bob.Dir
		if args[0] == "join" {
			dir = disk.Path("new")
		}
		if got := programtest.Fails(t, 1, programtest.Program("peer"), append(args, "-data", dir)...); !isFull.MatchString(got) {
			t.Errorf("%v: %s", args, got)
		}
	}
	if got := programtest.Files(t, disk.Dir); got != "filling new/lock" {
		t.Error("written:", got)
	}
	disk.Free()
	bob.Run("fetch", "Lake", "-to", disk.Path("to"))
	programtest.SameFiles(t, disk.Path("to"), lake)
}

// TestHomeFull fills the disk of a home that shares and that a camera syncs to: each is told
// whose disk it is, and the same word goes on with it, and is told to recipients once.
func TestHomeFull(t *testing.T) {
	disk := programtest.NewDisk(t, "8")
	hub := programtest.NewHub(t)
	ann, bob := hub.PeerIn(disk.Dir, "Ann", "ann@example.org"), hub.Peer("Bob", "bob@example.org")
	camera := ann.Camera()
	lake, sea := t.TempDir(), t.TempDir()
	programtest.Photos(t, lake, 0, 20)
	programtest.Photos(t, sea, 20, 40)
	camera.Run("share", lake, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`arrived from .*: "Lake", 20 items, 20 with a label`)
	disk.Fill()
	if got := camera.Fails(1, "sync"); !strings.Contains(got, "the other side cannot store that") {
		t.Error(got)
	}
	share := []string{"share", sea, "-with", "bob@example.org", "-title", "Sea"}
	if got := ann.Fails(1, share...); !isFull.MatchString(got) {
		t.Error(got)
	}
	disk.Free()
	camera.Run("sync")
	ann.Run(share...)
	bob.Runs.Await(`from .*: "Lake", 20 items, 0 with a label`)
	bob.Runs.Await(`from .*: "Sea", 20 items, 0 with a label`)
	ann.Run("publish", "Lake")
	for _, s := range []*programtest.Station{ann, bob} {
		if got := s.Run("list"); strings.Count(got, "\n") != 2 {
			t.Error(got)
		}
	}
}
