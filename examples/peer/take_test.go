package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestTakeCard: a camera without a network writes onto its card, and the home takes all of it from
// there and publishes it; what is damaged is named, and comes when it is whole again.
func TestTakeCard(t *testing.T) {
	hub := programtest.NewHub(t)
	ann := hub.Peer("Ann", "ann@example.org")
	bob := hub.Peer("Bob", "bob@example.org")
	camera, card := ann.Camera(), t.TempDir()
	if got := ann.Fails(1, "take", card); !strings.Contains(got, "camera share FOLDER -with … -card") {
		t.Error(got)
	}
	programtest.Photos(t, card, 0, 3)
	whole, err := os.ReadFile(filepath.Join(card, "001.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Fields(bob.Run("contact", "list"))[1]
	hub.Stop()
	says(t, camera.Begin("share", card, "-with", id, "-title", "Lake", "-card"), `"Lake" can be taken from `)
	write(t, filepath.Join(card, "001.jpg"), whole[:len(whole)/2])
	hub.Start()
	says(t, ann.Begin("take", card), `Took "Lake": 3 items, `, "001.jpg is left out: it is damaged")
	bob.Runs.Await(`from .*: "Lake", 3 items, 1 with a label`)
	write(t, filepath.Join(card, "001.jpg"), whole)
	ann.Run("take", card)
	bob.Runs.Await(`from .*: "Lake", 3 items, 0 with a label`)
	ann.Stop()
	if got := ann.Run("take", card); got != "\"Lake\" is here already: 3 items.\n" { // alone
		t.Error(got)
	}
	says(t, bob.Begin("take", card), `"Lake" is somebody else's`)
}

// says has a command end without success, and say something.
func says(t *testing.T, p *programtest.Process, texts ...string) {
	t.Helper()
	status := p.Status()
	for _, text := range texts {
		if status != 1 || !strings.Contains(p.All(), text) {
			t.Errorf("exit status %d: %s", status, p.All())
		}
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
