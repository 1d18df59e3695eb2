package lab_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestMainJob is the whole idea: a camera shares, two recipients see
// a first glimpse, the home peer publishes, and they fetch the originals.
func TestMainJob(t *testing.T) {
	w := labtest.New(t, hub.Config{Gallery: "https://hub.example.org"})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam := w.Camera(ann, 8)
	home, recipients := w.Peer(ann, "home"), []*labtest.Peer{w.Peer(bob, "bob"), w.Peer(eve, "eve")}
	name := cam.Album("Picnic", bob, eve)

	answer := cam.Shares(name)
	if answer.Next != transport.Done || cam.Requests.Load() != 1 {
		t.Fatalf("shared with %d requests, then %v", cam.Requests.Load(), answer.Next)
	}
	for _, r := range recipients {
		seesFirst(t, r, name, cam)
	}

	cam.Syncs(home, name)
	home.Publishes(name)
	for _, r := range append(recipients, home) {
		if r != home {
			seesSecond(t, r, name)
		}
		v, err := r.Reader.View(t.Context(), name)
		must(t, err)
		if n := v.Collection().Labelled(); n != 0 || v.Verified().AuthorityOnly() {
			t.Errorf("%d labels left; authority only: %v", n, v.Verified().AuthorityOnly())
		}
	}
	for _, r := range recipients {
		fetchesAll(t, r, name, cam)
	}
	keptNoOriginal(t, w, cam, name)
}

func seesFirst(t *testing.T, s *labtest.Peer, name collection.Name, cam *labtest.Camera) {
	t.Helper()
	news := s.Receives()
	if len(news) != 1 || news[0].Reason != notify.Shared || news[0].Name() != name || news[0].Labelled != 8 ||
		news[0].Title != "Picnic" || news[0].Note == "" || !bytes.Equal(news[0].Cover, cam.Card[cam.Items[0].ID][0]) {
		t.Fatalf("first news: %+v", news)
	}
	s.Fetches(cam.Ref(name, 1, 0))
	s.Reads(cam.Ref(name, 1, 0))
	s.IsRefused(cam.Ref(name, 0, 2))
	s.HearsNothing()
}

func seesSecond(t *testing.T, s *labtest.Peer, name collection.Name) {
	t.Helper()
	news := s.Receives()
	if len(news) != 1 || news[0].Reason != notify.Available || news[0].Labelled != 0 || news[0].Note == "" ||
		len(news[0].Updates) != 1 || len(news[0].Cover) != 0 || news[0].Link != "https://hub.example.org/album/"+name.String() {
		t.Fatalf("second news: %+v", news)
	}
}

func fetchesAll(t *testing.T, s *labtest.Peer, name collection.Name, cam *labtest.Camera) {
	t.Helper()
	for i := range cam.Items {
		var out bytes.Buffer
		must(t, s.Reader.Print(t.Context(), cam.Ref(name, i, 2), &out))
		if !bytes.Equal(out.Bytes(), cam.Card[cam.Items[i].ID][2]) {
			t.Errorf("original %d differs", i)
		}
		s.Fetches(cam.Ref(name, i, 1))
	}
}

// keptNoOriginal checks that no complete version ever reached the hub's store.
func keptNoOriginal(t *testing.T, w *labtest.World, cam *labtest.Camera, name collection.Name) {
	t.Helper()
	if n := w.Wire("hub").Received.Load(); n > 4*2*70_000 {
		t.Errorf("the hub fetched %d bytes to probe", n)
	}
	for _, r := range w.Wire("hub").Log() {
		if !strings.HasPrefix(r, "GET /v1/originals/") {
			t.Errorf("the hub sent %s", r)
		}
	}
	_, err := w.Hub.Hub.As(cam.User).Version(t.Context(), cam.Ref(name, 0, 2), 0)
	if !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("an original from the hub: %v", err)
	}
}
