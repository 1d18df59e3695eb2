package transport_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestProbeFindsDamagedItems: bytes that are not the author's, or not as many,
// take their own items back, and nothing else that the station serves.
func TestProbeFindsDamagedItems(t *testing.T) {
	w, cam, home, b, name := gone(t, hub.Config{MaxFailedProbes: 2})
	home.reopen(nil)
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	for item, size := range map[int]int{0: 70_000, 1: 1} {
		d, _ := c.Digest(item, 2)
		home.damage(t, "v/"+c.Author().String()+"/"+d.String(), size)
	}
	for range 2 {
		must(t, w.hub.Probe(t.Context()))
	}
	b.hears(t, notify.Lost, 2)
	must(t, b.Fetch(t.Context(), ref(name, cam, 2, 2)))
	for i := range 2 {
		if err := b.Fetch(t.Context(), ref(name, cam, i, 2)); !errors.Is(err, label.ErrPending) {
			t.Errorf("fetch of what is damaged: %v", err)
		}
	}
}

// damage puts other bytes in the place of a blob.
func (s *station) damage(t *testing.T, key string, size int) {
	must(t, s.store.Delete(t.Context(), key))
	out, err := s.store.Create(t.Context(), key)
	must(t, err)
	_, err = out.Write(make([]byte, size))
	must(t, errors.Join(err, out.Commit(t.Context())))
}

// silence is the hub's way to the stations, of which some take requests and
// never answer them.
type silence struct {
	*wire
	hosts map[string]bool
}

func (s silence) RoundTrip(r *http.Request) (*http.Response, error) {
	if !s.hosts["http://"+r.URL.Host] {
		return s.wire.RoundTrip(r)
	}
	s.requests.Add(1)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// silences makes stations such ones.
func (w *world) silences(stations ...*station) {
	hosts := map[string]bool{}
	for _, s := range stations {
		hosts[s.url] = true
	}
	w.cfg.HTTP, w.cfg.Timeout = &http.Client{Transport: silence{&w.fromHub, hosts}}, 500*time.Millisecond
	w.restart(w.hubStore)
}

// TestProbeOfASilentPeer: it is asked once in a round, what it serves is taken
// back, and the others are probed all the same.
func TestProbeOfASilentPeer(t *testing.T) {
	w, _, home, b, _ := gone(t, hub.Config{MaxFailedProbes: 1})
	other := w.user("carl")
	cam, silent := w.camera(other, 1), w.peer(other, "home")
	for range 8 { // so that one comes before Ann's
		name := cam.make("title", b.user)
		_, err := cam.Share(t.Context(), cam.link(silent), name)
		must(t, err)
		must(t, silent.Publish(t.Context(), name))
	}
	_, err := b.Receive(t.Context())
	must(t, err)
	w.silences(silent, home)
	before := w.fromHub.requests.Load()
	must(t, w.hub.Probe(t.Context()))
	if n := w.fromHub.requests.Load() - before; n != 2 {
		t.Errorf("%d requests to two peers that are silent", n)
	}
	news, err := b.Receive(t.Context())
	must(t, err)
	for _, n := range news {
		if n.Reason != notify.Lost {
			t.Errorf("heard %+v", n)
		}
	}
	if len(news) != 9 {
		t.Errorf("%d collections taken back", len(news))
	}
}

// TestAnotherPeerIsSilent: what a silent peer does not supply holds nobody up,
// neither at once nor in a round of probes, if the sharer has not waited for it.
func TestAnotherPeerIsSilent(t *testing.T) {
	for _, waits := range []bool{true, false} {
		w, cam, home, attic, b, second := poor(t)
		w.silences(home)
		if !waits {
			w.cfg.Timeout = time.Minute
			w.restart(w.hubStore)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			if err := attic.Publish(ctx, second); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("published: %v", err)
			}
			cancel()
			w.silences(home)
			before := w.fromHub.requests.Load()
			must(t, w.hub.Probe(t.Context()))
			if n := w.fromHub.requests.Load() - before; n > 2 {
				t.Errorf("%d requests to a peer that is silent", n)
			}
		}
		must(t, attic.Publish(t.Context(), second))
		b.hears(t, notify.Shared, 0)
		must(t, b.Fetch(t.Context(), ref(second, cam, 0, 2)))
	}
}

// TestAnnouncementOfASilentPeer: it cannot be checked, is refused, and changes
// nothing.
func TestAnnouncementOfASilentPeer(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann := w.user("ann")
	cam, home := w.camera(ann, 1), w.peer(ann, "home")
	w.silences(home)
	name := cam.make("title")
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	if err := home.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("published from where nobody answers: %v", err)
	}
	w.silences()
	must(t, home.Publish(t.Context(), name))
}
