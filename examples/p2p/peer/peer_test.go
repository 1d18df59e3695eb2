package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

func TestMain(m *testing.M) { programtest.Main(m, "hub", "p2p/peer", "p2p/camera") }

// elsewhere is a network in which nobody is: a peer that has others there alone reaches nobody on
// this computer over HTTP, but the hub.
var elsewhere = []string{"-network", "198.51.100.0/24"}

// onNetwork starts a peer again, on the network and at another address, and returns how others
// join there.
func onNetwork(t *testing.T, p *programtest.Station, flags ...string) string {
	t.Helper()
	p.Stop()
	p.Address = programtest.Port(t)
	p.Start(append([]string{"-p2p", "-p2p-reachable", "-p2p-listen", "/ip4/127.0.0.1/tcp/0"}, flags...)...)
	return p.Runs.Await(`Others join the network with -p2p-join (/ip4/127\.0\.0\.1/\S+)`)
}

// TestNetwork: a camera finds its user's home on the local network, and originals go from there
// to Bob, and from Bob to Carol when the home is off. Neither could reach it over HTTP.
func TestNetwork(t *testing.T) {
	needsMulticast(t)
	hub := programtest.NewHub(t)
	ann, bob, carol := hub.Peer("Ann"), hub.Peer("Bob", "bob@example.org"), hub.Peer("Carol", "carol@example.org")
	camera := ann.Camera()
	home := onNetwork(t, ann)
	friend := onNetwork(t, bob, append(elsewhere, "-p2p-join", home)...)
	onNetwork(t, carol, append(elsewhere, "-p2p-join", friend)...)
	dir, got := t.TempDir(), t.TempDir()
	programtest.Photos(t, dir, 0, 2)

	camera.Run("share", dir, "-with", "bob@example.org", "-with", "carol@example.org", "-title", "Lake")
	carol.Runs.Await(`arrived from .*: "Lake", 2 items, 2 with a label`)
	if got := camera.Fails(1, "sync"); !strings.Contains(got, "nobody answers there") {
		t.Error(got)
	}
	if said := camera.Run("sync", "-local"); !strings.Contains(said, "The home is on the local network.") {
		t.Error(said)
	}
	ann.Runs.Await(`published "Lake": 2 items, 0 with a label`)
	for _, p := range []*programtest.Station{bob, carol} {
		p.Runs.Await(`changed from .*: "Lake", 2 items, 0 with a label`)
	}
	bob.Run("fetch", "Lake", "-to", filepath.Join(got, "bob"))
	programtest.SameFiles(t, filepath.Join(got, "bob"), dir)
	ann.Stop()
	carol.Run("fetch", "Lake", "-to", filepath.Join(got, "carol"))
	programtest.SameFiles(t, filepath.Join(got, "carol"), dir)
}

// TestNoNetwork: without its option the program is as the one that knows no network.
func TestNoNetwork(t *testing.T) {
	hub := programtest.NewHub(t)
	bob := hub.Peer("Bob", "bob@example.org")
	if got := bob.Runs.Printed(); strings.Contains(got, "p2p") {
		t.Error(got)
	}
	if files := programtest.Files(t, bob.Dir); strings.Contains(files, "p2p.key") {
		t.Error(files)
	}
	bob.Stop()
	for _, wrong := range []string{"nowhere", "/ip4/127.0.0.1/tcp/4001"} {
		if got := bob.Fails(2, "run", "-p2p", "-p2p-join", wrong); !strings.Contains(got, "-p2p-join") {
			t.Error(got)
		}
	}
	bob.Start("-p2p")
	bob.Stop()
	if err := os.WriteFile(filepath.Join(bob.Dir, "p2p.key"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := bob.Fails(1, "run", "-p2p"); !strings.Contains(got, "p2p.key is damaged") {
		t.Error(got)
	}
}

// needsMulticast skips a test where no network can be heard, or fails it if GLIMPSE_NEED_ENGINES
// is 1.
func needsMulticast(t *testing.T) {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range all {
		if at.Flags&(net.FlagUp|net.FlagMulticast) == net.FlagUp|net.FlagMulticast {
			return
		}
	}
	if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
		t.Fatal("no network with multicast")
	}
	t.Skip("no network with multicast")
}
