package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestTrouble says in one line what is wrong and what to do, and leaves all as it was.
func TestTrouble(t *testing.T) {
	hub, other := programtest.NewHub(t), programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	bob := hub.Peer("Bob", "bob@example.org")
	empty, photos := t.TempDir(), t.TempDir()
	programtest.Photos(t, photos, 0, 1)
	bob.Stop()
	before := programtest.Files(t, bob.Dir)
	for _, test := range []struct {
		station *programtest.Station
		want    string
		args    []string
	}{
		{bob, "another program uses that port", []string{"run", "-listen", ann.Address}},
		{bob, "does not have that address", []string{"run", "-listen", "192.0.2.1:8444"}},
		{bob, "start it first with: peer run", []string{"share", photos, "-with", "bob@example.org"}},
		{bob, "go build -o bin/ ./examples/p2p/hub ./examples/p2p/peer", []string{"run", "-p2p"}},
		{bob, "whether the disk or card is there", []string{"take", filepath.Join(empty, "card")}},
		{bob, "no collection", []string{"fetch", "Lake", "-to", empty}},
		{ann, "another program uses the folder", []string{"run", "-listen", bob.Address}},
		{bob, "choose another folder with -data", []string{"join", "https://127.0.0.1:1#."}},
		{ann, "nothing in the folder", []string{"share", empty, "-with", "bob@example.org"}},
		{ann, "nobody is called", []string{"contact", "add", "Zoe", "zoe@localhost"}},
		{&programtest.Station{Dir: empty}, "use the word join", []string{"list"}},
	} {
		args := append(test.args, "-data", test.station.Dir)
		if got := programtest.Fails(t, 1, programtest.Program("peer"), args...); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", args, got)
		}
	}
	if after := programtest.Files(t, bob.Dir); after != before {
		t.Errorf("%s\ninstead of\n%s", after, before)
	}
	if got := programtest.Files(t, empty) + programtest.Files(t, photos); got != "000.jpg" {
		t.Errorf("written: %q", got)
	}
	hub.Runs.Kill()
	other.Stop()
	other.Address = hub.Address
	other.Start()
	if got := ann.Fails(1, "share", photos, "-with", "bob@example.org"); !strings.Contains(got, "not the station that the account names") {
		t.Error(got)
	}
	ann.Stop()
	if err := os.WriteFile(filepath.Join(ann.Dir, "account"), []byte("-----BEGIN"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ann.Fails(1, "list"); !strings.Contains(got, "restore it from a backup") {
		t.Error(got)
	}
}

// TestInterrupted breaks a share off at one moment after the other, and kills the peer in the
// middle of one: the same command goes on with it, and there is one collection.
func TestInterrupted(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	bob := hub.Peer("Bob", "bob@example.org")
	photos := t.TempDir()
	programtest.Photos(t, photos, 0, 20)
	share := []string{"share", photos, "-with", "bob@example.org", "-title", "Lake"}
	for range 4 {
		p := ann.Begin(share...)
		p.Interrupt()
		if status := p.Status(); status == 1 && !strings.Contains(p.Errors(), "goes on with it") {
			t.Error(p.Errors())
		}
	}
	p := ann.Begin(share...)
	ann.Runs.Kill()
	p.Status() // of whatever moment this was
	ann.Start()
	ann.Run(share...)
	if got := ann.Run("list"); strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
	bob.Runs.Await(`from .*: "Lake", 20 items, 0 with a label`)
	if got := bob.Run("list"); strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
}
