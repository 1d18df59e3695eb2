package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

func TestMain(m *testing.M) { programtest.Main(m, "p2p/hub", "p2p/peer", "p2p/camera") }

// elsewhere is a network in which nobody is: a peer that has others there alone reaches nobody on
// this computer over HTTP, but the hub.
var elsewhere = []string{"-network", "198.51.100.0/24"}

// outside has a peer list who has what.
const outside = "-p2p-reachable"

// onNetwork starts a peer again, on the network and at another address, and returns how others
// join there.
func onNetwork(t *testing.T, p *programtest.Station, flags ...string) string {
	t.Helper()
	p.Stop()
	p.Address = programtest.Port(t)
	p.Start(append([]string{"-p2p", "-p2p-listen", "/ip4/127.0.0.1/tcp/0"}, flags...)...)
	return joinAt(p.Runs)
}

// joinAt returns how others join the network at a program that runs.
func joinAt(p *programtest.Process) string {
	return p.Await(`(?s)Others join the network with one of these:.*-p2p-join (/ip4/127\.0\.0\.1/\S+)`)
}

// TestNetwork: a camera finds its user's home on the local network, and originals go from there
// to Bob, and from Bob to Carol when the home is off. Neither could reach it over HTTP.
func TestNetwork(t *testing.T) {
	needsMulticast(t)
	hub := programtest.NewHub(t)
	ann, bob, carol := hub.Peer("Ann"), hub.Peer("Bob", "bob@example.org"), hub.Peer("Carol", "carol@example.org")
	camera := ann.Camera()
	home := onNetwork(t, ann, outside)
	friend := onNetwork(t, bob, append(elsewhere, outside, "-p2p-join", home)...)
	onNetwork(t, carol, append(elsewhere, outside, "-p2p-join", friend)...)
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
	if said := camera.Begin("sync", "-local", "-all"); said.Status() == 0 || !strings.Contains(said.All(), "No home of yours is heard on the local network") {
		t.Error(said.All())
	}
	carol.Run("fetch", "Lake", "-to", filepath.Join(got, "carol"))
	programtest.SameFiles(t, filepath.Join(got, "carol"), dir)
	carol.Run("drop", "Lake")
	carol.Stop()
	if said := carol.Begin("fetch", "Lake", "-to", got); said.Status() != 1 || !strings.Contains(said.All(), "start it with peer run") {
		t.Error(said.All())
	}
}

// nobody is where nobody listens.
const nobody = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWHDb3osQb1achFVXn4wW6bL3J7PYBSio7BSepL7tv9Kta"

func port(address string) string { return address[strings.LastIndex(address, ":")+1:] }

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
	if got := bob.Run("run", "-h"); !strings.Contains(got, "$GLIMPSE_PEER_P2P_JOIN") {
		t.Error(got)
	}
	bob.Stop()
	for _, wrong := range []string{"nowhere", "/ip4/127.0.0.1/tcp/4001"} {
		if got := bob.Fails(2, "run", "-p2p", "-p2p-join", wrong); !strings.Contains(got, "-p2p-join") {
			t.Error(got)
		}
	}
	for _, test := range []struct {
		status int
		want   string
		args   []string
	}{
		{2, "-p2p is missing", []string{"-p2p-join", nobody}},
		{2, "-p2p-listen", []string{"-p2p", "-p2p-listen", ":4001"}},
		{1, "choose another port", []string{"-p2p", "-p2p-listen", "/ip4/127.0.0.1/tcp/" + port(hub.Address)}},
	} {
		if got := bob.Fails(test.status, append([]string{"run"}, test.args...)...); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.args, got)
		}
	}
	bob.Start("-p2p", "-p2p-join", nobody)
	bob.Stop()
	if got := bob.Runs.All(); !strings.Contains(got, "Nobody of -p2p-join answers") {
		t.Error(got)
	}
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
