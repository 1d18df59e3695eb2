package peer_test

import (
	"fmt"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestReceivesOnceAProcess: a program that calls Receive once each time it runs hears of
// all in the end, and the hub does not keep what it has heard for ever.
func TestReceivesOnceAProcess(t *testing.T) {
	const albums = 100 // more than go in one answer
	w := labtest.New(t, hub.Config{})
	ann, reader := w.User("ann"), w.User("bob")
	cam, bob := w.Camera(ann, 1), w.Peer(reader, "bob")
	for i := range albums {
		cam.Shares(cam.Album(fmt.Sprint(i), reader))
	}
	heard := 0
	for range 5 {
		heard += len(bob.Receives())
		labtest.Must(t, bob.Close(t.Context()))
		bob.Restart(nil)
	}
	if waiting := len(w.Waiting(reader)); heard != albums || waiting > 0 {
		t.Errorf("heard of %d of %d, and %d wait", heard, albums, waiting)
	}
}
