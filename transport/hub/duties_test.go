package hub_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// probed is two hubs on one store that probe what a home computer serves that is off.
type probed struct {
	*labtest.World
	disk  *disk // the world's hub's
	other *hub.Hub
	bob   *labtest.Peer
}

func newProbed(t *testing.T, collections int, cfg hub.Config) *probed {
	p := &probed{disk: &disk{Store: new(memstore.Store)}}
	cfg.Store, cfg.Bus = p.disk, new(memstore.Bus)
	p.World = labtest.New(t, cfg)
	ann, bob := p.User("ann"), p.User("bob")
	cam, home := p.Camera(ann, 1), p.Peer(ann, "home")
	p.bob = p.Peer(bob, "bob")
	for range collections {
		name := cam.Album("title", bob)
		cam.Syncs(home, name)
		home.Publishes(name)
	}
	for len(p.bob.Receives()) > 0 {
	}
	labtest.Must(t, home.Close(t.Context()))
	usual := p.Hub.HubConfig()
	cfg.UpkeepInterval = cmp.Or(cfg.UpkeepInterval, usual.UpkeepInterval)
	cfg.Store, cfg.Dial, cfg.Now, cfg.Beside = p.disk.Store, usual.Dial, p.Now, func(work func()) { work() }
	var err error
	p.other, err = hub.New(t.Context(), p.Hub.Signer, cfg)
	labtest.Must(t, err)
	return p
}

// asked has something done once, just before the home computer is asked.
func (p *probed) asked(do func()) {
	p.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if do != nil {
			now := do
			do = nil
			now()
		}
		return network.RoundTrip(r)
	})
}

// lost counts the collections that Bob was told to be lost.
func (p *probed) lost(t *testing.T) (n int) {
	t.Helper()
	for news := p.bob.Receives(); len(news) > 0; news = p.bob.Receives() {
		for _, told := range news {
			if n++; told.Reason != notify.Lost {
				t.Errorf("heard %+v", told)
			}
		}
	}
	return n
}

// TestTwoHubsProbeAtOnce: a probe that fails while two hubs probe at once has failed once,
// and so has one of an interval in which both probe.
func TestTwoHubsProbeAtOnce(t *testing.T) {
	for what, interval := range map[string]time.Duration{"at once": 0, "in an interval": time.Hour} {
		p := newProbed(t, 3, hub.Config{MaxFailedProbes: 2, UpkeepInterval: interval})
		if interval == 0 {
			p.asked(func() { labtest.Must(t, p.other.Probe(t.Context())) })
			p.Probes()
		} else {
			p.Probes()
			p.Pass(interval / 2)
			labtest.Must(t, p.other.Probe(t.Context()))
		}
		if n := p.lost(t); n != 0 {
			t.Errorf("%s: %d are taken back after one failure", what, n)
		}
		p.Pass(interval)
		labtest.Must(t, p.other.Probe(t.Context()))
		if n := p.lost(t); n != 3 {
			t.Errorf("%s: %d are taken back after two, want 3", what, n)
		}
	}
}

// TestHubEndsWhileProbing: the other hub goes on when the lease has ended, from the page
// that the first was at; what that had counted before, it does not count again.
func TestHubEndsWhileProbing(t *testing.T) {
	const all, page = 70, 64
	p := newProbed(t, all, hub.Config{MaxFailedProbes: 2, MaxRecipients: 10})
	ctx, kill := context.WithCancel(t.Context())
	counted := 0
	p.disk.apply = func(changes []transport.Change) error {
		if slices.ContainsFunc(changes, func(c transport.Change) bool { return strings.HasPrefix(c.Key, "c/") }) {
			counted++
		}
		if counted > page+1 {
			kill()
			return errors.Join(transport.ErrStorage, errors.New("the process has ended"))
		}
		return nil
	}
	if err := p.Hub.Hub.Probe(ctx); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("killed: %v", err)
	}
	p.disk.apply = nil
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{time.Minute, 0}, {5 * time.Minute, 1}, {0, all - 1}} { // one of its last page had been counted
		p.Pass(step.after)
		labtest.Must(t, p.other.Probe(t.Context()))
		if n := p.lost(t); n != step.want {
			t.Errorf("after %v: %d are taken back, want %d", step.after, n, step.want)
		}
	}
}

// TestProbeThatIsLate: a hub that comes back to a probe after its lease, when the other has
// probed all, counts nothing.
func TestProbeThatIsLate(t *testing.T) {
	p := newProbed(t, 2, hub.Config{MaxFailedProbes: 2})
	p.asked(func() {
		p.Pass(time.Hour)
		labtest.Must(t, p.other.Probe(t.Context()))
	})
	p.Probes()
	if n := p.lost(t); n != 0 {
		t.Errorf("%d are taken back", n)
	}
}

// TestProbeOfASlowHome: a hub keeps the round while it asks a home computer that takes
// longer than the lease to serve all that it is asked for.
func TestProbeOfASlowHome(t *testing.T) {
	cfg := hub.Config{Store: new(memstore.Store), Bus: new(memstore.Bus)}
	w, _, _, _, _ := labtest.Published(t, cfg, 3)
	usual := w.Hub.HubConfig() // with which no other hub reaches anybody any more
	cfg.Dial, cfg.Now, cfg.Beside = usual.Dial, w.Now, func(work func()) { work() }
	var hubs [2]*hub.Hub
	for i := range hubs {
		var err error
		hubs[i], err = hub.New(t.Context(), w.Hub.Signer, cfg)
		labtest.Must(t, err)
	}
	asked, others := map[string]bool{}, false // items, each of which is asked for once or twice
	w.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if others {
			t.Error("the other hub asks, too")
		}
		answer, err := network.RoundTrip(r)
		if !asked[r.URL.Path] {
			asked[r.URL.Path], others = true, true
			w.Pass(2 * time.Minute)
			labtest.Must(t, hubs[1].Probe(t.Context()))
			others = false
		}
		return answer, err
	})
	labtest.Must(t, hubs[0].Probe(t.Context()))
	if len(asked) != 3 {
		t.Errorf("%d items are asked for", len(asked))
	}
}

// TestTwoHubsExpire: the one goes on at once with what the other was stopped in.
func TestTwoHubsExpire(t *testing.T) {
	s := newShared(t, hub.Config{Bus: new(memstore.Bus)})
	cam := s.Camera(s.User("ann"), 3)
	name := cam.Album("title")
	cam.Shares(name)
	s.Pass(time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	s.disk.apply = func(all []transport.Change) error {
		s.disk.apply = func([]transport.Change) error { return ctx.Err() }
		labtest.Must(t, s.other.Expire(t.Context(), s.Now())) // not yet: nothing is stored
		stop()
		return nil
	}
	if err := s.Hub.Hub.Expire(ctx, s.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	s.disk.apply = nil
	labtest.Must(t, s.other.Expire(t.Context(), s.Now()))
	if answer := cam.Offers(name); answer.Missing[0].Len() != 3 {
		t.Errorf("missing %v", answer.Missing)
	}
}
