package main

import (
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestStationLost: a camera that was lost is stopped at home, and shares nothing more; another
// computer of the user's goes on.
func TestStationLost(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	camera, laptop, dir := ann.Camera(), ann.Computer("laptop"), t.TempDir()
	programtest.Photos(t, dir, 0, 1)
	camera.Run("share", dir, "-with", "ann@example.org", "-title", "Lake")
	onlyAtHome(t, ann, laptop)
	if got := strings.Fields(ann.Run("station", "list")); len(got) != 4 || got[0] != "camera" || got[2] != "laptop" {
		t.Error(got)
	}
	if got := ann.Run("station", "remove", "camera"); !strings.Contains(got, `"camera" is stopped`) {
		t.Error(got)
	}
	if got := ann.Run("station", "list"); strings.Contains(got, "camera") || !strings.Contains(got, "laptop") {
		t.Error(got)
	}
	programtest.Photos(t, dir, 1, 2)
	if got := camera.Fails(1, "share", dir, "-with", "ann@example.org", "-title", "Stolen"); !strings.Contains(got, "the other side does not know this station") {
		t.Error(got)
	}
	laptop.Run("share", dir, "-with", "ann@example.org", "-title", "Later")
}

// onlyAtHome: what no station is called is not removed, nor is anything elsewhere.
func onlyAtHome(t *testing.T, ann, laptop *programtest.Station) {
	t.Helper()
	if got := ann.Fails(1, "station", "remove", "phone"); !strings.Contains(got, "peer station list shows all") {
		t.Error(got)
	}
	for _, args := range [][]string{{"station", "remove", "camera"}, {"station", "add"}} {
		if got := laptop.Fails(1, args...); !strings.Contains(got, "first computer") {
			t.Error(got)
		}
	}
}
