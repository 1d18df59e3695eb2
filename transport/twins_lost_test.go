package transport_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// twinsAtHome is a world in which the first two of three photos are copies, and the
// home serves all of them.
func twinsAtHome(t *testing.T) (w *world, cam *camera, home, b *station, name collection.Name) {
	w = newWorld(t, hub.Config{MaxFailedProbes: 1})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b = w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob")
	cam.copies(1)
	name = cam.make("title", bob)
	must(t, shared(cam.Share(t.Context(), cam.link(home), name)))
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	return w, cam, home, b, name
}

// TestTwinsLost: a station that has lost the bytes of two twins loses both, and
// nothing else; when they are there again, both are complete again.
func TestTwinsLost(t *testing.T) {
	w, cam, home, b, name := twinsAtHome(t)
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	d, _ := c.Digest(0, 2)
	must(t, home.store.Delete(t.Context(), "v/"+c.Author().String()+"/"+d.String()))
	must(t, w.hub.Probe(t.Context()))
	b.hears(t, notify.Lost, 2)
	must(t, b.Fetch(t.Context(), ref(name, cam, 2, 2)))

	must(t, home.Refresh(t.Context(), name))
	must(t, home.Import(t.Context(), ref(name, cam, 1, 2), bytes.NewReader(cam.versions[cam.items[1].ID][2])))
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	b.fetchAll(t, name, cam, 2, true)
	b.shows(t, name, cam, 2)
}

// TestOneTwinLost: what a station does not give of one item says nothing of its
// twin: it may be kept elsewhere, or held back.
func TestOneTwinLost(t *testing.T) {
	w, cam, _, b, name := twinsAtHome(t)
	w.cfg.HTTP = &http.Client{Transport: without{cam.items[0].ID.String()}}
	w.restart(w.hubStore)
	must(t, w.hub.Probe(t.Context()))
	b.hears(t, notify.Lost, 1)
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("the twin that is lost: %v", err)
	}
	must(t, b.Fetch(t.Context(), ref(name, cam, 1, 2)))
}

// without is a way to a station that does not have one item.
type without struct{ item string }

func (w without) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, w.item) {
		return http.DefaultTransport.RoundTrip(r)
	}
	body, err := transport.Encode(transport.NewFault(transport.ErrNotFound))
	return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, err
}

// TestTwinTakesItsTurn: of twins that are wanted at once, one that no source gives
// does not keep the other from coming.
func TestTwinTakesItsTurn(t *testing.T) {
	_, cam, _, b, name := twinsAtHome(t)
	b.reopen(func(cfg *peer.Config) { cfg.HTTP = &http.Client{Transport: without{cam.items[0].ID.String()}} })
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i := range errs {
		both.Go(func() { errs[i] = b.Fetch(t.Context(), ref(name, cam, i, 2)) })
	}
	both.Wait()
	must(t, errs[1])
	if errs[0] != nil && !errors.Is(errs[0], transport.ErrNotFound) {
		t.Errorf("the other: %v", errs[0])
	}
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2))) // it is here now
	blob, err := b.Open(t.Context(), ref(name, cam, 0, 2))
	must(t, err)
	must(t, blob.Close())
}
