package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

var isFull = regexp.MustCompile("the disk is full; make room")

// TestDiskFull fills the camera's disk: each word says so, in one line, and leaves nothing
// half-written; the same word goes on when there is room again.
func TestDiskFull(t *testing.T) {
	disk := programtest.NewDisk(t, "1")
	f := newFamily(t)
	f.camera = f.home.CameraIn(disk.Dir)
	friend := f.hub.Peer("Bob", "bob@example.org")
	friend.Stop()
	friend.Start("-accept", "1")
	lake, sea := t.TempDir(), t.TempDir()
	photos(t, lake, 0, 20)
	photos(t, sea, 20, 40)
	f.run("share", lake, "-with", "bob@example.org", "-title", "Lake")
	friend.Runs.Await(`arrived from .*: "Lake"`)
	before := programtest.Files(t, f.camera.Dir)
	disk.Fill()
	share := []string{"share", sea, "-with", "bob@example.org", "-title", "Sea"}
	for _, args := range [][]string{share, {"sync"}, {"sync", "-all"}} {
		if got := f.camera.Fails(1, args...); !isFull.MatchString(got) {
			t.Errorf("%v: %s", args, got)
		}
	}
	f.run("give", strings.TrimSpace(friend.Run("address"))) // for which nothing is to be kept
	watch := f.camera.Begin("watch", sea, "-with", "bob@example.org", "-title", "Sea", "-every", "50ms")
	watch.AwaitLine(isFull)
	if got := programtest.Files(t, f.camera.Dir); got != before {
		t.Errorf("%s\ninstead of\n%s", got, before)
	}
	disk.Free()
	watch.Await(`Synced "Sea"`)
	if watch.Interrupt(); watch.Status() != 0 {
		t.Error(watch.Errors())
	}
	if got := f.run(share...); !strings.Contains(got, "shared already") {
		t.Error(got)
	}
	f.home.Runs.Await(`published "Sea": 20 items`)
	if n := f.items("at home"); n != 40 {
		t.Errorf("%d items at home", n)
	}
}
