package hub_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestGoneForGood: fetches end as unreachable, repeated probes fail, the hub
// takes availability back and tells the recipients, and another peer completes
// in the new generation.
func TestGoneForGood(t *testing.T) {
	w, cam, home, b, name := labtest.Gone(t, hub.Config{MaxFailedProbes: 3})
	err := b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2))
	var refusal *label.Refusal
	var item *collection.ItemError
	if !errors.Is(err, label.ErrUnreachable) || !errors.Is(err, transport.ErrUnreachable) ||
		!errors.As(err, &refusal) || !errors.As(err, &item) || item.Item != cam.Items[0].ID {
		t.Fatalf("fetch from a peer that is off: %v", err)
	}
	for range 2 {
		w.Probes()
	}
	b.HearsNothing()
	w.Restart(w.Hub.Store) // what was counted is not forgotten
	w.Probes()
	b.Hears(notify.Lost, 3)
	before := b.Requests.Load()
	if err := b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2)); !errors.Is(err, label.ErrPending) || b.Requests.Load() != before {
		t.Errorf("fetch of what was taken back: %v", err)
	}

	other := w.Peer(home.User, "other")
	other.Refreshes(name)
	other.Imports(cam, name)
	other.Publishes(name)
	b.Hears(notify.Available, 0)
	c := b.Views(name)
	if _, rank := c.At(0); rank.Generation() != 1 || !rank.Complete() {
		t.Errorf("rank %v", rank)
	}
	b.Fetches(cam.Ref(name, 0, 2))
}

// TestProbeOfWhatIsThere: probes that succeed change nothing and tell nobody,
// and a peer that comes back in time is forgiven.
func TestProbeOfWhatIsThere(t *testing.T) {
	w, _, home, b, name := labtest.Gone(t, hub.Config{MaxFailedProbes: 2})
	w.Probes()
	home.Restart(nil)
	w.Probes()
	labtest.Must(t, home.Close(t.Context()))
	w.Probes()
	b.HearsNothing()
	c := b.Views(name)
	if c.Labelled() != 0 {
		t.Error("labels")
	}
}

// TestProbeOnce: a peer that is off is asked once in a round, however many
// collections it serves, and all of them are taken back.
func TestProbeOnce(t *testing.T) {
	w := labtest.New(t, hub.Config{MaxFailedProbes: 1})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob")
	names := []collection.Name{cam.Album("one", bob), cam.Album("two", bob)}
	for _, name := range names {
		cam.Syncs(home, name)
		home.Publishes(name)
	}
	b.Receives()
	labtest.Must(t, home.Close(t.Context()))
	before := w.Wire("hub").Requests.Load()
	w.Probes()
	if n := w.Wire("hub").Requests.Load() - before; n != 1 {
		t.Errorf("%d requests to a peer that is off", n)
	}
	news := b.Receives()
	if len(news) != 2 || news[0].Reason != notify.Lost || news[1].Reason != notify.Lost {
		t.Errorf("heard %+v", news)
	}
}

// TestProbeFindsALostItem: a peer that is there but has lost one item loses
// that item only.
func TestProbeFindsALostItem(t *testing.T) {
	w, cam, home, b, name := labtest.Gone(t, hub.Config{MaxFailedProbes: 2})
	home.Restart(nil)
	labtest.Must(t, home.Store.Delete(t.Context(), cam.BlobKey(name, 1, 2)))
	for range 2 {
		w.Probes()
	}
	b.Hears(notify.Lost, 1)
	b.Fetches(cam.Ref(name, 0, 2))
	b.CannotFetch(label.ErrPending, cam.Ref(name, 1, 2))
}

// TestProbeFindsDamagedItems: bytes that are not the author's, or not as many,
// take their own items back, and nothing else that the station serves.
func TestProbeFindsDamagedItems(t *testing.T) {
	w, cam, home, b, name := labtest.Gone(t, hub.Config{MaxFailedProbes: 2})
	home.Restart(nil)
	c, err := cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	for item, size := range map[int]int{0: 140_000, 1: 1} {
		d, _ := c.Digest(item, 2)
		damage(t, home, "v/"+c.Author().String()+"/"+d.String(), size)
	}
	for range 2 {
		w.Probes()
	}
	b.Hears(notify.Lost, 2)
	b.Fetches(cam.Ref(name, 2, 2))
	for i := range 2 {
		b.CannotFetch(label.ErrPending, cam.Ref(name, i, 2))
	}
}

// damage puts other bytes in the place of a blob.
func damage(t *testing.T, s *labtest.Peer, key string, size int) {
	labtest.Must(t, lab.PutVersion(t.Context(), s.Store, key, make([]byte, size)))
}

// silences makes stations take the hub's requests, which it counts, and never answer
// them.
func silences(w *labtest.World, stations ...*labtest.Peer) (asked *atomic.Int64) {
	asked = new(atomic.Int64)
	w.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if !slices.ContainsFunc(stations, func(s *labtest.Peer) bool { return s.Name == r.URL.Host }) {
			return network.RoundTrip(r)
		}
		asked.Add(1)
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	w.Configure(func(cfg *hub.Config) { cfg.Timeout = 200 * time.Millisecond })
	return asked
}

// TestProbeOfASilentPeer: it is asked once in a round, what it serves is taken
// back, and the others are probed all the same.
func TestProbeOfASilentPeer(t *testing.T) {
	w, _, home, b, _ := labtest.Gone(t, hub.Config{MaxFailedProbes: 1})
	other := w.User("carl")
	cam, silent := w.Camera(other, 1), w.Peer(other, "carls")
	for range 8 { // so that one comes before Ann's
		name := cam.Album("title", b.User)
		cam.Syncs(silent, name)
		silent.Publishes(name)
	}
	b.Receives()
	asked := silences(w, silent, home)
	w.Probes()
	if n := asked.Load(); n != 2 {
		t.Errorf("%d requests to two peers that are silent", n)
	}
	news := b.Receives()
	for _, n := range news {
		if n.Reason != notify.Lost {
			t.Errorf("heard %+v", n)
		}
	}
	if len(news) != 9 {
		t.Errorf("%d collections taken back", len(news))
	}
}

// TestHangingSources: whose sources take requests and do not answer holds up nobody else's,
// and is not waited for without end.
func TestHangingSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, home, b, _ := labtest.Gone(t, hub.Config{})
		mallory := w.User("mallory")
		cam := w.Camera(mallory, 0)
		var hanging []string
		for i := range 15 {
			p := w.Peer(mallory, fmt.Sprint("m", i))
			cam.Items = nil
			cam.Add(100 + i)
			name := cam.Album("title", b.User)
			cam.Syncs(p, name)
			p.Publishes(name)
			hanging = append(hanging, p.Name)
		}
		b.Receives()
		began := time.Now()
		var asked, others atomic.Int64
		w.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			if slices.Contains(hanging, r.URL.Host) {
				asked.Add(1)
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			if others.Add(1); r.URL.Host != home.Name || !time.Now().Equal(began) {
				t.Errorf("%s is asked after %v", r.URL.Host, time.Since(began))
			}
			return network.RoundTrip(r)
		})
		cfg := w.Hub.HubConfig()
		cfg.Probes, cfg.Timeout, cfg.Random, cfg.MaxFailedProbes = 8, 20*time.Second, rand.Reader, 1
		labtest.Must(t, w.Hub.StartHub(t.Context(), cfg))
		w.Probes()
		n := int(asked.Load())
		if others.Load() != 1 || n < 12 || n > 13 { // four at once, while 200 seconds are not over: one may begin when the ninth has ended, before the tenth has
			t.Errorf("%d requests to others, %d to who hangs", others.Load(), n)
		}
		if took := time.Since(began); took > time.Duration((n+3)/4)*cfg.Timeout {
			t.Errorf("the round took %v", took)
		}
		if news := b.Receives(); len(news) != n+1 {
			t.Errorf("%d collections taken back", len(news))
		}
		w.Put("hub", nil)
	})
}

// TestSlowSources: who answers rightly and slowly has not all collections asked for in one
// round, but each of them in one of a few.
func TestSlowSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _, _, _ := labtest.Gone(t, hub.Config{})
		ann := w.User("slow")
		cam := w.Camera(ann, 1)
		home := w.Peer(ann, "slows")
		const albums = 20
		for range albums {
			name := cam.Album("title")
			cam.Syncs(home, name)
			home.Publishes(name)
		}
		var mu sync.Mutex
		asked := map[string]bool{}
		w.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			if r.URL.Host == home.Name {
				mu.Lock()
				asked[strings.Split(r.URL.Path, "/")[4]] = true
				mu.Unlock()
				time.Sleep(5 * time.Second)
			}
			return network.RoundTrip(r)
		})
		cfg := w.Hub.HubConfig()
		cfg.Timeout, cfg.Random = 6*time.Second, rand.Reader
		labtest.Must(t, w.Hub.StartHub(t.Context(), cfg))
		w.Probes()
		if n := len(asked); n == 0 || n > albums/2+4 {
			t.Errorf("%d collections in one round", n)
		}
		for range 4 {
			w.Probes()
		}
		if n := len(asked); n != albums {
			t.Errorf("%d collections of %d in a few rounds", n, albums)
		}
		w.Put("hub", nil)
	})
}

// TestAnnouncementOfASilentPeer: it cannot be checked, is refused, and changes
// nothing.
func TestAnnouncementOfASilentPeer(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	silences(w, home)
	name := cam.Album("title")
	cam.Syncs(home, name)
	if err := home.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("published from where nobody answers: %v", err)
	}
	silences(w)
	home.Publishes(name)
}

// TestHomeWithABrokenStore: a home that answers that its store fails, whatever it is asked for,
// keeps nobody from sharing, and no other home from being probed.
func TestHomeWithABrokenStore(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	fault, err := transport.Encode(transport.NewFault(transport.ErrStorage))
	labtest.Must(t, err)
	asked := 0
	w.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Path, "/v1/versions/") {
			return network.RoundTrip(r)
		}
		asked++
		return &http.Response{StatusCode: http.StatusInsufficientStorage, Body: io.NopCloser(bytes.NewReader(fault)), Request: r}, nil
	})
	labtest.Must(t, w.Hub.Hub.Expire(t.Context(), w.Now().Add(time.Hour)))
	attic := w.Peer(home.User, "attic")
	attic.Refreshes(name)
	labtest.Must(t, attic.Author.Edit(t.Context(), name, func(h *collection.Header, _ []collection.Item) { h.Title = "edited" }))
	w.Probes()
	if asked == 0 {
		t.Error("it is not asked for what has expired")
	}
	if n := w.Labelled(b.User, name); n != 0 {
		t.Errorf("%d labels", n)
	}
}
