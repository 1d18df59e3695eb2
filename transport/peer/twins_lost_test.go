package peer_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// twinsAtHome is a world in which the first two of three photos are copies, and the
// home serves all of them.
func twinsAtHome(t *testing.T) (w *labtest.World, cam *labtest.Camera, home, b *labtest.Peer, name collection.Name) {
	w = labtest.New(t, hub.Config{MaxFailedProbes: 1})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b = w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob")
	cam.Copies(1)
	name = cam.Album("title", bob)
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Shared, 0)
	return w, cam, home, b, name
}

// TestTwinsLost: a station that has lost the bytes of two twins loses both, and
// nothing else; when they are there again, both are complete again.
func TestTwinsLost(t *testing.T) {
	w, cam, home, b, name := twinsAtHome(t)
	labtest.Must(t, home.Store.Delete(t.Context(), cam.BlobKey(name, 0, 2)))
	w.Probes()
	b.Hears(notify.Lost, 2)
	b.Fetches(cam.Ref(name, 2, 2))

	home.Refreshes(name)
	labtest.Must(t, home.Import(t.Context(), cam.Ref(name, 1, 2), bytes.NewReader(cam.Card[cam.Items[1].ID][2])))
	home.Publishes(name)
	b.Hears(notify.Available, 0)
	b.FetchesAll(cam, name, 2, true)
	b.Shows(cam, name, 2)
}

// TestOneTwinLost: what a station does not give of one item says nothing of its
// twin: it may be kept elsewhere, or held back.
func TestOneTwinLost(t *testing.T) {
	w, cam, _, b, name := twinsAtHome(t)
	w.Put("hub", without(cam.Items[0].ID))
	w.Probes()
	b.Hears(notify.Lost, 1)
	b.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))
	b.Fetches(cam.Ref(name, 1, 2))
}

// without is a way to a station that does not have one item.
func without(item collection.ItemID) labtest.Between {
	return func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if !strings.Contains(r.URL.Path, item.String()) {
			return network.RoundTrip(r)
		}
		body, err := transport.Encode(transport.NewFault(transport.ErrNotFound))
		return &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, err
	}
}

// TestTwinTakesItsTurn: of twins that are wanted at once, one that no source gives
// does not keep the other from coming.
func TestTwinTakesItsTurn(t *testing.T) {
	w, cam, _, b, name := twinsAtHome(t)
	w.Put(b.Name, without(cam.Items[0].ID))
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i := range errs {
		both.Go(func() { errs[i] = b.Reader.Fetch(t.Context(), cam.Ref(name, i, 2)) })
	}
	both.Wait()
	labtest.Must(t, errs[1])
	if errs[0] != nil && !errors.Is(errs[0], transport.ErrNotFound) {
		t.Errorf("the other: %v", errs[0])
	}
	labtest.Must(t, b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2))) // it is here now
	b.Reads(cam.Ref(name, 0, 2))
}
