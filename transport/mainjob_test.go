package transport_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestMainJob is the whole idea over HTTP: a camera shares, two recipients see
// a first glimpse, the home peer publishes, and they fetch the originals.
func TestMainJob(t *testing.T) {
	w := newWorld(t, hub.Config{Link: "https://hub.example.org/c"})
	ann, bob, eve := w.user("ann"), w.user("bob"), w.user("eve")
	cam := w.camera(ann, 8)
	home, recipients := w.peer(ann, "home"), []*station{w.peer(bob, "bob"), w.peer(eve, "eve")}
	name := cam.make("Picnic", bob, eve)

	answer, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	if answer.Next != transport.Done || cam.wire.requests.Load() != 2 {
		t.Fatalf("shared with %d requests, then %v", cam.wire.requests.Load(), answer.Next)
	}
	for _, r := range recipients {
		r.seesFirst(t, name, cam)
	}

	_, err = cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	for _, r := range append(recipients, home) {
		if r != home {
			r.seesSecond(t, name)
		}
		v, err := r.View(t.Context(), name)
		must(t, err)
		if n := v.Collection().Labelled(); n != 0 || v.Verified().AuthorityOnly() {
			t.Errorf("%d labels left; authority only: %v", n, v.Verified().AuthorityOnly())
		}
	}
	for _, r := range recipients {
		r.fetchesAll(t, name, cam)
	}
	w.keptNoOriginal(t, cam)
}

func (s *station) seesFirst(t *testing.T, name collection.Name, cam *camera) {
	t.Helper()
	news, err := s.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Reason != notify.Shared || news[0].Name() != name || news[0].Labelled != 8 ||
		news[0].Title != "Picnic" || news[0].Note == "" || !bytes.Equal(news[0].Cover, cam.versions[cam.items[0].ID][0]) {
		t.Fatalf("first news: %+v", news)
	}
	must(t, s.Fetch(t.Context(), ref(name, cam, 1, 0)))
	b, err := s.Open(t.Context(), ref(name, cam, 1, 0))
	must(t, err)
	defer b.Close()
	s.refused(t, name, cam)
	if news, err := s.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("told again: %v %v", news, err)
	}
}

// refused checks that the gate stops everything that must not be done with a
// labelled item before a single request leaves.
func (s *station) refused(t *testing.T, name collection.Name, cam *camera) {
	t.Helper()
	before := s.wire.requests.Load()
	full := ref(name, cam, 0, 2)
	_, searched := s.Search(t.Context(), full)
	_, reshared := s.Reshare(t.Context(), name, []collection.ItemID{full.Item}, collection.Header{}, s.user)
	for what, err := range map[string]error{
		"search": searched, "reshare": reshared, "fetch": s.Fetch(t.Context(), full),
		"print": s.Print(t.Context(), full, io.Discard), "export": s.Export(t.Context(), full, io.Discard),
	} {
		var refusal *label.Refusal
		var item *collection.ItemError
		if !errors.Is(err, label.ErrPending) || !errors.As(err, &refusal) || !errors.As(err, &item) || item.Item != full.Item {
			t.Errorf("%s of a labelled item: %v", what, err)
		}
	}
	if n := s.wire.requests.Load() - before; n != 0 {
		t.Errorf("%d requests left for what was refused: %v", n, s.wire.log)
	}
}

func (s *station) seesSecond(t *testing.T, name collection.Name) {
	t.Helper()
	news, err := s.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Reason != notify.Available || news[0].Labelled != 0 || news[0].Note == "" ||
		len(news[0].Updates) != 1 || len(news[0].Cover) != 0 || news[0].Link != "https://hub.example.org/c/"+name.String() {
		t.Fatalf("second news: %+v", news)
	}
}

func (s *station) fetchesAll(t *testing.T, name collection.Name, cam *camera) {
	t.Helper()
	for i := range cam.items {
		var out bytes.Buffer
		must(t, s.Print(t.Context(), ref(name, cam, i, 2), &out))
		if !bytes.Equal(out.Bytes(), cam.versions[cam.items[i].ID][2]) {
			t.Errorf("original %d differs", i)
		}
		must(t, s.Fetch(t.Context(), ref(name, cam, i, 1)))
	}
}

// keptNoOriginal checks that no complete version ever reached the hub's store.
func (w *world) keptNoOriginal(t *testing.T, cam *camera) {
	t.Helper()
	if n := w.fromHub.received.Load(); n > 4*2*70_000 {
		t.Errorf("the hub fetched %d bytes to probe", n)
	}
	for r := range w.fromHub.logged() {
		if !strings.HasPrefix(r, "GET /v1/originals/") {
			t.Errorf("the hub sent %s", r)
		}
	}
	name := collection.Name{}
	for n, err := range cam.Collections(t.Context()) {
		must(t, err)
		name = n
	}
	_, err := w.hub.As(cam.user).Version(t.Context(), ref(name, cam, 0, 2), 0)
	if !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("an original from the hub: %v", err)
	}
}

func (w *wire) logged() func(func(string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	log := append([]string(nil), w.log...)
	return func(yield func(string) bool) {
		for _, r := range log {
			if !yield(r) {
				return
			}
		}
	}
}
