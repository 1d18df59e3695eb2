package peer_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// finding are peers without a hub: Ann's, whose originals Bob cannot reach, Eve's, which has
// them, too, and Bob's, who finds what he is told to find.
type finding struct {
	*labtest.World
	ann, bob, eve *labtest.Peer
	cam           *labtest.Camera
	name          collection.Name
	found         func() ([]transport.Source, error)
	searches      int
	asked         []string // for originals, by Bob
}

var errAway = errors.New("away")

func newFinding(t *testing.T, partial bool) *finding {
	w, peers := labtest.NoHub(t, "ann", "bob", "eve")
	f := &finding{World: w, ann: peers[0], bob: peers[1], eve: peers[2]}
	f.bob.Restart(func(cfg *peer.Config) {
		cfg.Find = func(context.Context, collection.Collection) ([]transport.Source, error) {
			f.searches++
			return f.found()
		}
	})
	f.cam = w.Camera(f.ann.User, 3)
	f.name = album(t, f.ann, f.cam, 0, collection.Body{Recipients: []collection.UserID{f.bob.User, f.eve.User}})
	labels := 0
	if partial {
		f.ann.PublishesPartial(f.name)
		labels = 3
	} else {
		f.ann.Publishes(f.name)
	}
	f.bob.HearsFrom(f.ann, notify.Shared, labels)
	f.eve.HearsFrom(f.ann, notify.Shared, labels)
	if !partial {
		f.eve.FetchesAll(f.cam, f.name, 2, false)
	}
	w.Put("bob", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v1/originals") {
			f.asked = append(f.asked, r.URL.Host)
		}
		if r.URL.Host == "ann" {
			return nil, errAway
		}
		return network.RoundTrip(r)
	})
	return f
}

// TestFinder: where who is known cannot be reached, others are found, once for all items of a
// collection; who has just failed is not asked before them again.
func TestFinder(t *testing.T) {
	f := newFinding(t, false)
	source := f.eve.Source()
	source.Items = transport.AllBits(3)
	f.found = func() ([]transport.Source, error) { return []transport.Source{source}, nil }
	f.bob.FetchesAll(f.cam, f.name, 2, false)
	f.bob.Shows(f.cam, f.name, 2)
	if f.searches != 1 {
		t.Errorf("%d searches", f.searches)
	}
	if want := []string{"ann", "eve"}; !slices.Equal(f.asked[:2], want) {
		t.Errorf("asked %v", f.asked)
	}
}

// TestFinderBehindTheGate: what is labelled is not searched for, in whatever way.
func TestFinderBehindTheGate(t *testing.T) {
	f := newFinding(t, true)
	ref := f.cam.Ref(f.name, 0, 2)
	_, err := f.bob.Reader.Search(t.Context(), ref)
	if !errors.Is(err, label.ErrRefused) {
		t.Errorf("search: %v", err)
	}
	f.bob.CannotFetch(label.ErrRefused, ref)
	labtest.Must(t, f.bob.Reader.Wish(t.Context(), ref))
	labtest.Must(t, f.bob.Reader.RetryWishes(t.Context()))
	if f.searches != 0 {
		t.Errorf("%d searches", f.searches)
	}
}

// TestFinderInVain: a finder that finds nobody, or none who is what it seems, or that fails, is
// no way to the original, and no harm.
func TestFinderInVain(t *testing.T) {
	broken := errors.New("broken")
	for what, c := range map[string]struct {
		found func(f *finding) ([]transport.Source, error)
		want  error
	}{
		"nobody": {func(*finding) ([]transport.Source, error) { return nil, nil }, transport.ErrUnreachable},
		"fails":  {func(*finding) ([]transport.Source, error) { return nil, broken }, broken},
		"no endpoint": {func(f *finding) ([]transport.Source, error) {
			return []transport.Source{{User: f.eve.User, URL: f.eve.URL(), Items: transport.AllBits(3)}}, nil
		}, transport.ErrUnreachable},
	} {
		f := newFinding(t, false)
		f.found = func() ([]transport.Source, error) { return c.found(f) }
		err := f.bob.Reader.Fetch(t.Context(), f.cam.Ref(f.name, 0, 2))
		if !errors.Is(err, c.want) || f.searches != 1 || slices.Contains(f.asked, "eve") {
			t.Errorf("%s: %v, %d searches, asked %v", what, err, f.searches, f.asked)
		}
	}
}

// TestFoundForged: nobody is asked for originals at an address that is sealed for another user.
func TestFoundForged(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, carol := w.User("ann"), w.User("bob"), w.User("carol")
	cam, home, b, c := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "bob"), w.Peer(carol, "carol")
	name := cam.Album("Picnic", bob, carol)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Restart(func(cfg *peer.Config) {
		cfg.Find = func(context.Context, collection.Collection) ([]transport.Source, error) {
			return []transport.Source{{User: ann, URL: c.URL(), Endpoint: c.Source().Endpoint, Items: transport.AllBits(1)}}, nil
		}
	})
	b.Hears(notify.Shared, 0)
	c.Hears(notify.Shared, 0)
	labtest.Must(t, home.Close(t.Context()))
	w.Put("bob", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if r.URL.Host == "carol" && strings.HasPrefix(r.URL.Path, "/v1/originals") {
			t.Error("Carol's was asked")
		}
		return network.RoundTrip(r)
	})
	b.CannotFetch(transport.ErrPeerKey, cam.Ref(name, 0, 2))
}
