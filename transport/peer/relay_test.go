package peer_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// misleading is a hub that names other sources than were announced.
type misleading struct {
	transport.Hub
	change func(*transport.Source)
}

func (m misleading) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return m.misled(m.Hub.Collection(ctx, name))
}

func (m misleading) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return m.misled(m.Hub.Updates(ctx, name))
}

func (m misleading) misled(s transport.State, err error) (transport.State, error) {
	for i := range s.Sources {
		m.change(&s.Sources[i])
	}
	return s, err
}

// relay passes on what reaches it to a home, and counts that.
func relay(w *labtest.World, address string, key *signature.Signer, home *labtest.Peer) *atomic.Int64 {
	var reached atomic.Int64
	to := httplink.PeerHandler(home.Station.Peer, httplink.HandlerOptions{Now: w.Now})
	w.Net.Serve(address, key.Public().ID(), http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		to.ServeHTTP(rw, r)
	}))
	return &reached
}

// TestNobodyRelays: whatever a hub names as the address of a home, or puts in its place, it
// is not asked for anything, and the home itself still is.
func TestNobodyRelays(t *testing.T) {
	for what, change := range map[string]func(w *labtest.World, mallory *labtest.Peer, s *transport.Source){
		"another URL": func(w *labtest.World, _ *labtest.Peer, s *transport.Source) { s.URL = w.Net.URL("relay") },
		"no endpoint": func(w *labtest.World, _ *labtest.Peer, s *transport.Source) {
			s.URL, s.Endpoint = w.Net.URL("relay"), nil
		},
		"a broken one":  func(_ *labtest.World, _ *labtest.Peer, s *transport.Source) { s.Endpoint = s.Endpoint[1:] },
		"its own word":  func(w *labtest.World, _ *labtest.Peer, s *transport.Source) { *s = sealedBy(w, w.Hub, s) },
		"an accomplice": func(w *labtest.World, m *labtest.Peer, s *transport.Source) { *s = sealedBy(w, m.Station, s) },
		"another user":  func(w *labtest.World, m *labtest.Peer, s *transport.Source) { s.User = m.User },
		"its own key": func(w *labtest.World, _ *labtest.Peer, s *transport.Source) {
			s.Endpoint = renamed(s.Endpoint, w.Hub.Key())
		},
	} {
		t.Run(what, func(t *testing.T) {
			w, cam, home, b, name := labtest.Published(t, hub.Config{}, 1)
			mallory := w.Peer(w.User("mallory"), "mallory")
			key := w.Hub.Signer
			if what == "an accomplice" {
				key = mallory.Signer
			}
			reached := relay(w, "relay", key, home)
			b.Restart(func(cfg *peer.Config) {
				cfg.Hub = misleading{cfg.Hub, func(s *transport.Source) { change(w, mallory, s) }}
			})
			b.Refreshes(name)
			b.CannotFetch(transport.ErrPeerKey, cam.Ref(name, 0, 2))
			if n := reached.Load(); n != 0 {
				t.Errorf("the relay got %d requests", n)
			}
			b.Restart(nil)
			b.Refreshes(name)
			b.Fetches(cam.Ref(name, 0, 2))
		})
	}
}

// sealedBy is a source that a station, and not the user's, says serves at the relay.
func sealedBy(w *labtest.World, s *lab.Station, of *transport.Source) transport.Source {
	as := *s
	as.User = of.User
	source := lab.SourceAt(&as, w.Net.URL("relay"))
	source.Items = of.Items
	return source
}

// renamed is an endpoint with another key, and the old seal.
func renamed(endpoint []byte, key collection.KeyID) []byte {
	e, err := collection.DecodeEndpoint(endpoint)
	if err != nil {
		panic(err) // it was announced
	}
	e.Key = key
	data, err := e.MarshalBinary()
	if err != nil {
		panic(err)
	}
	return data
}

// TestSomebodyElseAnswers: names may lead elsewhere, as after the home has moved or when
// somebody is on the way. Without the home's key it is not asked, by readers or by the hub.
func TestSomebodyElseAnswers(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Refreshes(name)
	reached := relay(w, home.Name, lab.Signer("stranger"), home)
	b.CannotFetch(transport.ErrPeerKey, cam.Ref(name, 0, 2))
	w.Probes()
	if n := reached.Load(); n != 0 {
		t.Errorf("it got %d requests", n)
	}
	w.Net.Serve(home.Name, home.Key(), httplink.PeerHandler(home.Station.Peer, httplink.HandlerOptions{Now: w.Now}))
	b.Fetches(cam.Ref(name, 0, 2))
}

// TestRevokedStationIsNotDialed: as soon as somebody knows that a home's key was revoked.
func TestRevokedStationIsNotDialed(t *testing.T) {
	w, cam, home, b, name := labtest.Published(t, hub.Config{}, 1)
	b.Refreshes(name)
	w.Revokes(home.Station)
	b.Refreshes(name)
	before := b.Count("GET /v1/originals/")
	b.CannotFetch(transport.ErrPeerKey, cam.Ref(name, 0, 2))
	if n := b.Count("GET /v1/originals/") - before; n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// TestMovedHome: a home that starts at another URL says so with a greater number, also when
// its store is lost, and an endpoint with a smaller one does not count any more.
func TestMovedHome(t *testing.T) {
	w, cam, home, b, name := labtest.Published(t, hub.Config{}, 1)
	number := func() uint64 {
		e, err := collection.DecodeEndpoint(home.Source().Endpoint)
		labtest.Must(t, err)
		labtest.Must(t, e.Verify(t.Context(), home.Station.Peer, w.Now()))
		return e.Number
	}
	first := number()
	home.Restart(nil)
	if n := number(); n != first {
		t.Errorf("started again where it was, the number is %d, not %d", n, first)
	}
	home.Restart(func(cfg *peer.Config) { cfg.Web = true })
	if n := number(); n <= first {
		t.Errorf("with a public certificate, the number is %d after %d", n, first)
	}
	announced := home.Source()
	home.Publishes(name)
	_, err := home.ToHub().Announce(t.Context(), transport.Announcement{
		Author: name.Author, ID: name.ID, Items: transport.BitsOf(0), URL: announced.URL, Endpoint: lab.SourceAt(home.Station, announced.URL).Endpoint,
	})
	labtest.Must(t, err) // good, but older
	s, err := w.Hub.Hub.As(b.User).Collection(t.Context(), name)
	labtest.Must(t, err)
	if len(s.Sources) != 1 || string(s.Sources[0].Endpoint) != string(announced.Endpoint) {
		t.Errorf("the hub names %d sources, with another endpoint", len(s.Sources))
	}
	b.Refreshes(name)
	b.Fetches(cam.Ref(name, 0, 2))
}
