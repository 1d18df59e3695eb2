package main

import (
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestAlbum: an album grows and goes on, one of its items is withdrawn, and it ends; who is shared
// it sees that, and the author still sees all.
func TestAlbum(t *testing.T) {
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann", "ann@example.org"), hub.Peer("Bob", "bob@example.org")
	dir, to := t.TempDir(), t.TempDir()
	programtest.Photos(t, dir, 0, 2)
	ann.Run("share", dir, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`"Lake", 2 items, 0 with a label`)
	programtest.Photos(t, dir, 2, 3)
	grow := []string{"share", dir, "-with", "bob@example.org", "-replaces", "Lake"}
	for range 2 {
		if got := ann.Run(grow...); !strings.Contains(got, `"Lake": 3 items, 0 with a label`) {
			t.Error(got)
		}
	}
	bob.Runs.Await(`"Lake", 3 items, 0 with a label`)
	bob.Runs.Await(`ended by .*"Lake"`)
	if got := bob.Run("fetch", "Lake", "-to", to); !strings.Contains(got, "3 originals") {
		t.Error(got)
	}
	programtest.SameFiles(t, to, dir)
	if got := ann.Run("list"); strings.Count(got, "ended") != 1 || strings.Count(got, "\n") != 2 {
		t.Error(got)
	}
	first := strings.Fields(ann.Run("show", "Lake"))[0]
	if got := ann.Run("withdraw", "Lake", first); !strings.Contains(got, "1 original withdrawn") {
		t.Error(got)
	}
	bob.Runs.Await(`"Lake", 3 items, 1 with a label`)
	if got := bob.Run("show", "Lake"); !strings.Contains(got, first+" ") || strings.Count(got, "withdrawn") != 1 {
		t.Error(got)
	}
	ann.Run("end", "Lake")
	bob.Runs.Await(`(?s)ended by.*ended by .*"Lake"`)
	if got := bob.Fails(1, "show", "Lake"); !strings.Contains(got, "no collection") {
		t.Error(got)
	}
	if got := bob.Fails(1, "end", "Lake"); !strings.Contains(got, "no collection") {
		t.Error(got)
	}
}
