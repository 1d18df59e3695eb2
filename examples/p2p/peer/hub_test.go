package main

import (
	"path"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestHub: a hub on the network checks the originals of a home that it cannot call, neither over
// HTTP nor there: over the connection that the home has opened. So the labels go, and a recipient
// who knows the hub alone finds the home.
func TestHub(t *testing.T) {
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann"), hub.Peer("Bob", "bob@example.org")
	at := hubOnNetwork(t, hub)
	onNetwork(t, ann, "-p2p-join", at)
	onNetwork(t, bob, append(elsewhere, "-p2p-join", at)...)
	dir, got := t.TempDir(), t.TempDir()
	programtest.Photos(t, dir, 0, 2)

	ann.Run("share", dir, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`from .*: "Lake", 2 items, 0 with a label`)
	bob.Run("fetch", "Lake", "-to", got)
	programtest.SameFiles(t, got, dir)
}

// TestOnAnother: a hub on the network checks the originals of a home that is on another one over
// HTTP, as a hub on none does.
func TestOnAnother(t *testing.T) {
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann"), hub.Peer("Bob", "bob@example.org")
	hub.Stop()
	hub.Start("-p2p", "-p2p-listen", "/ip4/127.0.0.1/tcp/0")
	onNetwork(t, ann)
	dir := t.TempDir()
	programtest.Photos(t, dir, 0, 1)
	ann.Run("share", dir, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`from .*: "Lake", 1 item, 0 with a label`)
}

// TestHubRestored: a hub that was restored from a backup is where it was on the network.
func TestHubRestored(t *testing.T) {
	hub := programtest.NewHub(t)
	at, to := hubOnNetwork(t, hub), filepath.Join(t.TempDir(), "backup")
	hub.Run("backup", to)
	hub.Stop()
	hub.Dir = filepath.Join(t.TempDir(), "again")
	hub.Run("restore", to)
	hub.Start("-p2p", "-p2p-listen", "/ip4/127.0.0.1/tcp/0")
	if again := joinAt(hub.Runs); path.Base(again) != path.Base(at) {
		t.Errorf("first %s, then %s", at, again)
	}
}

// hubOnNetwork starts a hub again, on the network, from where it calls nobody on this computer, and
// returns how others join there.
func hubOnNetwork(t *testing.T, hub *programtest.Station) string {
	t.Helper()
	hub.Stop()
	hub.Runs = hub.Begin("-listen", hub.Address, "-p2p", "-p2p-listen", "/ip4/127.0.0.1/tcp/0")
	hub.Runs.Await("The hub is at")
	return joinAt(hub.Runs)
}
