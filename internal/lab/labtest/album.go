package labtest

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// NewAlbum makes a collection of Ann's photos for Bob, which nobody but her camera has yet.
// She has a home computer, too.
func NewAlbum(t *testing.T, cfg hub.Config, photos int) (w *World, cam *Camera, home, bob *Peer, name collection.Name) {
	w = New(t, cfg)
	ann, reader := w.User("ann"), w.User("bob")
	cam, home, bob = w.Camera(ann, photos), w.Peer(ann, "home"), w.Peer(reader, "bob")
	return w, cam, home, bob, cam.Album("title", reader)
}

// Published makes one that the home computer has published, as Bob has heard.
func Published(t *testing.T, cfg hub.Config, photos int) (w *World, cam *Camera, home, bob *Peer, name collection.Name) {
	w, cam, home, bob, name = NewAlbum(t, cfg, photos)
	cam.Syncs(home, name)
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	return w, cam, home, bob, name
}

// Gone makes one of three photos, whose home computer has been switched off since.
func Gone(t *testing.T, cfg hub.Config) (w *World, cam *Camera, home, bob *Peer, name collection.Name) {
	w, cam, home, bob, name = Published(t, cfg, 3)
	Must(t, home.Close(t.Context()))
	return w, cam, home, bob, name
}

// EachCrash plays something again and again with a store that crashes, at its first
// change, at the second, and so on, until none crashes it any more; and once more
// with crashes after the changes instead of before them. In short it is every fifth one.
func EachCrash(t *testing.T, play func(crash *lab.Crash)) {
	t.Helper()
	step := 1
	if testing.Short() {
		step = 5
	}
	for _, after := range []bool{false, true} {
		n := 0
		for playCrash(&lab.Crash{Before: n, After: after}, play) {
			n += step
		}
		if n == 0 {
			t.Fatal("the store is not changed")
		}
	}
}

func playCrash(crash *lab.Crash, play func(*lab.Crash)) (crashed bool) {
	play(crash)
	return crash.Crashed()
}
