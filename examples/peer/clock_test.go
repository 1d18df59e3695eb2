package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestClock has the clocks of a home, a camera and a recipient wrong: each word says so in one
// line, nothing is made that would bear the wrong time, and all goes on when they are right.
func TestClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann", "ann@example.org"), hub.Peer("Bob", "bob@example.org")
	camera := ann.Camera()
	stations := []*programtest.Station{ann, bob, camera}
	programtest.OwnClock(t, stations...)
	lake, sea, hut, to := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	for i, dir := range []string{lake, sea, hut} {
		programtest.Photos(t, dir, 5*i, 5*i+5)
	}
	ann.Run("share", lake, "-with", "bob@example.org", "-title", "Lake")
	bob.Runs.Await(`from .*: "Lake", 5 items, 0`)
	friend, id := strings.TrimSpace(bob.Run("address")), strings.Fields(bob.Run("contact", "list"))[1]
	type word struct {
		of   *programtest.Station
		args []string
	}
	recipients := []word{
		{bob, []string{"show", "Lake", "-to", to}},
		{bob, []string{"fetch", "Lake", "-to", to}},
	}
	cameras := []word{
		{camera, []string{"share", sea, "-with", "bob@example.org", "-title", "Sea"}},
		{camera, []string{"sync"}},
		{camera, []string{"give", friend}},
	}
	atHome := []word{
		{ann, []string{"share", hut, "-with", id, "-title", "Hut"}},
		{ann, []string{"publish", "Lake"}},
	}
	camera.Run("share", lake, "-with", "bob@example.org", "-title", "Pond") // so that it has something to sync
	ann.Stop()
	bob.Stop()
	programtest.SetClock(t, -40*year)
	for _, s := range stations {
		for _, args := range [][]string{{"run", "-listen", s.Address}, {"list"}} {
			if s == camera {
				args = []string{"watch", lake, "-with", "bob@example.org"}
			}
			if got := s.Fails(1, args...); !strings.Contains(got, "set the clock, or if it is right: find") {
				t.Errorf("%v: %s", args, got)
			}
		}
	}
	wrong := regexp.MustCompile("the request was made at .* or a clock is wrong")
	refused := func(words []word) {
		t.Helper()
		for _, w := range words {
			if got := w.of.Fails(1, w.args...); !wrong.MatchString(got) || !strings.Contains(got, "set both clocks") {
				t.Errorf("%v: %s", w.args, got)
			}
		}
	}
	for _, by := range []time.Duration{-2 * time.Hour, 40 * year} {
		programtest.SetClock(t, 0)
		ann.Start()
		programtest.SetClock(t, by)
		bob.Start()
		bob.Runs.AwaitLine(wrong)
		refused(recipients)
		bob.Stop()
		programtest.SetClock(t, 0)
		bob.Start("-accept", "1")
		programtest.SetClock(t, by)
		refused(cameras)
		ann.Stop()
		ann.Start()
		refused(atHome)
		ann.Stop()
		bob.Stop()
	}
	for _, s := range stations {
		if got := s.Run("list"); strings.Contains(got, "Sea") || strings.Contains(got, "Hut") {
			t.Errorf("made:\n%s", got)
		}
	}
	if got := programtest.Files(t, to); got != "" {
		t.Error("written:", got)
	}
	programtest.SetClock(t, 0)
	ann.Start()
	bob.Start("-accept", "1")
	for _, w := range slices.Concat(atHome, cameras, recipients) {
		w.of.Run(w.args...)
	}
	ann.Runs.Await(`published "Sea": 5 items`)
	bob.Runs.Await(`from .*: "Hut", 5 items, 0 with a label`)
	bob.Run("fetch", "Hut", "-to", to+"/hut")
	programtest.SameFiles(t, to+"/hut", hut)
}
