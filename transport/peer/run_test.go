package peer_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// diary takes the events of a station, and lets a test wait for some.
type diary struct {
	mu   sync.Mutex
	news chan struct{}
	all  []event.Event
}

func newDiary() *diary { return &diary{news: make(chan struct{}, 1)} }

func (d *diary) take(e event.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, e)
	select {
	case d.news <- struct{}{}:
	default:
	}
}

// of returns the events of a kind.
func (d *diary) of(k event.Kind) (some []event.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.all {
		if e.Kind == k {
			some = append(some, e)
		}
	}
	return some
}

// await waits for n events of a kind.
func (d *diary) await(t *testing.T, k event.Kind, n int) []event.Event {
	t.Helper()
	for {
		if some := d.of(k); len(some) >= n {
			return some
		}
		select {
		case <-d.news:
		case <-t.Context().Done():
			t.Fatalf("no %v", k)
		}
	}
}

// running has a peer run, with events for a diary, until stop is called.
func running(t *testing.T, p *labtest.Peer, change func(*peer.Config)) (d *diary, stop func()) {
	d = newDiary()
	p.Restart(func(cfg *peer.Config) {
		cfg.Events = d.take
		if change != nil {
			change(cfg)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error("run:", err)
		}
	})
	t.Cleanup(stop)
	return d, stop
}

// TestRun: what is shared arrives by itself, and what is wished for comes when it is
// published; then the peer is closed.
func TestRun(t *testing.T) {
	_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
	d, stop := running(t, bob, nil)
	cam.Shares(name)
	if e := d.await(t, event.Arrived, 1)[0]; e.News.Labelled != 2 || e.Ref.Collection != name {
		t.Errorf("arrived %+v", e)
	}
	bob.Wishes(cam.Ref(name, 1, 2))
	cam.Syncs(home, name)
	home.Publishes(name)
	if e := d.await(t, event.Changed, 1)[0]; e.News.Reason != notify.Available {
		t.Errorf("changed %+v", e)
	}
	if e := d.await(t, event.WishFulfilled, 1)[0]; e.Ref != cam.Ref(name, 1, 2) || e.Err != nil {
		t.Errorf("fulfilled %+v", e)
	}
	stop()
	if _, err := bob.Reader.Receive(t.Context()); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("after its end: %v", err)
	}
}

// TestRunOutlivesTheHub: that the hub stops is told, and no reason to end.
func TestRunOutlivesTheHub(t *testing.T) {
	w, cam, _, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	d, _ := running(t, bob, nil)
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	d.await(t, event.Failed, 1)
	w.Restart(w.Hub.Store)
	cam.Shares(name)
	d.await(t, event.Arrived, 1)
}

// TestHomeIsNamed: what fails at another user's peer names the user, beside a word that is the
// same for all.
func TestHomeIsNamed(t *testing.T) {
	w := labtest.Listening(t, hub.Config{})
	b := w.Peer(w.User("bob"), "bob")
	d, _ := running(t, b, func(cfg *peer.Config) {
		cfg.Homes = []transport.Source{{User: collection.UserID{9}, URL: "http://nobody"}}
	})
	e := d.await(t, event.Failed, 1)[0]
	if e.User != (collection.UserID{9}) || e.Doing != "receive" || !errors.Is(e.Err, transport.ErrUnreachable) {
		t.Errorf("told %+v", e)
	}
}

// TestRunReceivesFromHomes: without a hub, who tells the recipients itself is asked.
func TestRunReceivesFromHomes(t *testing.T) {
	w := labtest.Listening(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "bob")
	home.Restart(func(cfg *peer.Config) { cfg.Notifies = true })
	d, _ := running(t, b, func(cfg *peer.Config) { cfg.Homes = []transport.Source{home.Source()} })
	name := cam.Album("title", bob)
	cam.Syncs(home, name)
	home.Publishes(name)
	d.await(t, event.Arrived, 1)
}

// TestClosingEndsRun: who is closed does not run any more, and nothing has failed.
func TestClosingEndsRun(t *testing.T) {
	w := labtest.Listening(t, hub.Config{})
	p := w.Peer(w.User("ann"), "home")
	d := newDiary()
	p.Restart(func(cfg *peer.Config) { cfg.Events = d.take })
	ended := make(chan error, 1)
	go func() { ended <- p.Run(t.Context()) }()
	labtest.Must(t, p.Close(t.Context()))
	labtest.Must(t, <-ended)
	if failed := d.of(event.Failed); len(failed) > 0 {
		t.Errorf("told of %v", failed)
	}
}

// TestHubCloseLooksLikeOwnClose: who receives tells a hub that stops from the peer's own end,
// also while it waits for news.
func TestHubCloseLooksLikeOwnClose(t *testing.T) {
	w := labtest.Listening(t, hub.Config{Wait: 20 * time.Second})
	pc := w.Peer(w.User("bob"), "pc")
	receives := func() error {
		for {
			if _, err := pc.Reader.Receive(t.Context()); err != nil {
				return err
			}
		}
	}
	remote := make(chan error)
	go func() { remote <- receives() }()
	for pc.Requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	if err := <-remote; !errors.Is(err, transport.ErrStopped) || errors.Is(err, transport.ErrClosed) {
		t.Errorf("the hub closed: %v", err)
	}
	labtest.Must(t, pc.Close(t.Context()))
	if own := receives(); !errors.Is(own, transport.ErrClosed) || errors.Is(own, transport.ErrUnreachable) {
		t.Errorf("the peer closed: %v", own)
	}
}

// TestPublishesWhatIsHandedOver: a home publishes by itself, once all has come, so that
// recipients are told twice.
func TestPublishesWhatIsHandedOver(t *testing.T) {
	_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 6)
	h, _ := running(t, home, func(cfg *peer.Config) { cfg.Publishes = true })
	b, _ := running(t, bob, nil)
	cam.Shares(name)
	b.await(t, event.Arrived, 1)
	cam.Syncs(home, name)
	h.await(t, event.Published, 1)
	if e := b.await(t, event.Changed, 1)[0]; e.News.Labelled != 0 {
		t.Errorf("told %+v", e.News)
	}
	if ended := h.of(event.HandedOver); len(ended) != 1 || ended[0].Ref.Collection != name || ended[0].User != cam.User || ended[0].Err != nil {
		t.Errorf("handed over: %v", ended)
	}
	if shared := h.of(event.Shared); len(shared) != 1 || shared[0].User != cam.User {
		t.Errorf("shared: %v", shared)
	}
	bob.Fetches(cam.Ref(name, 5, 2))
	if told := len(b.of(event.Arrived)) + len(b.of(event.Changed)); told != 2 {
		t.Errorf("Bob was told %d times", told)
	}
}

// TestHandedOverWhilePublishing: what comes while a collection is published is published
// after that.
func TestHandedOverWhilePublishing(t *testing.T) {
	_, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 1)
	again := sync.OnceFunc(func() { cam.Syncs(home, name) })
	h, _ := running(t, home, func(cfg *peer.Config) {
		render := cfg.Render
		cfg.Publishes, cfg.Render = true, peer.RendererFunc(func(ctx context.Context, p peer.Picture, w io.Writer) error {
			again()
			return render.Render(ctx, p, w)
		})
	})
	cam.Syncs(home, name)
	h.await(t, event.Published, 2)
}

// TestHandOverAtItsTime: what the user wants to publish later is not published when it has
// been handed over; what others hand over is not published, and a refusal is told.
func TestHandOverAtItsTime(t *testing.T) {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	d := newDiary()
	home.Restart(func(cfg *peer.Config) { cfg.Publishes, cfg.Events = true, d.take })
	at := w.Now().Add(time.Hour)
	cam.Syncs(home, name)
	labtest.Must(t, home.Author.PublishAt(t.Context(), name, at))
	cam.Syncs(home, name)
	if next, err := home.Author.PublishDue(t.Context()); err != nil || !next.Equal(at) {
		t.Errorf("next %v, %v", next, err)
	}
	takes := 1
	others := newDiary()
	bob.Restart(func(cfg *peer.Config) {
		cfg.Publishes, cfg.Events = true, others.take
		cfg.Accept = func(context.Context, collection.UserID, collection.Collection) int { return takes }
	})
	cam.HandsOver(bob, name, 1<<20)
	if next, err := bob.Author.PublishDue(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("of others: next %v, %v", next, err)
	}
	if ended := others.of(event.HandedOver); len(ended) != 1 || ended[0].User != cam.User {
		t.Errorf("others hand over %v", ended)
	}
	takes = 0
	second := cam.Album("second", bob.User)
	if _, err := cam.HandOver(t.Context(), cam.To(bob.Station), second, 1<<20); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("refused: %v", err)
	}
	if refused := others.of(event.Refused); len(refused) != 1 || refused[0].Ref.Collection != second || !errors.Is(refused[0].Err, transport.ErrForbidden) {
		t.Errorf("refused %v", refused)
	}
}

// TestHandOverBreaksOff: that is told with why, and nothing is published.
func TestHandOverBreaksOff(t *testing.T) {
	_, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 2)
	d := newDiary()
	home.Restart(func(cfg *peer.Config) { cfg.Publishes, cfg.Events = true, d.take })
	cam.Card[cam.Items[1].ID] = lab.NewPhoto("another", 4096, 140_001) // not the bytes that it has sealed
	if _, err := cam.Sync(t.Context(), cam.To(home.Station), name); err == nil {
		t.Error("other bytes are taken")
	}
	ended := d.of(event.HandedOver)
	if len(ended) == 0 || !errors.Is(ended[0].Err, transport.ErrDigest) {
		t.Errorf("ended %v", ended)
	}
	if next, err := home.Author.PublishDue(t.Context()); err != nil || !next.IsZero() || len(d.of(event.Published)) > 0 {
		t.Errorf("next %v, %v", next, err)
	}
}

// TestPublishesAtItsTimeBesideWhatFails: what is due is published at its time, however often
// the publishing of something else has failed before.
func TestPublishesAtItsTimeBesideWhatFails(t *testing.T) {
	w, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Syncs(home, name)
	fails := "p/" + name.Author.String() + "/" + collection.ID{9}.String()
	_, err := home.Store.Apply(t.Context(), transport.Batch{Changes: []transport.Change{{Key: fails, Value: make([]byte, 8)}}})
	labtest.Must(t, err)
	now, start := w.Now(), time.Now()
	d, stop := running(t, home, func(cfg *peer.Config) {
		cfg.Now = func() time.Time { return now.Add(time.Since(start)) }
	})
	defer stop()
	const tries = 5
	for n := 1; n < tries; n++ {
		d.await(t, event.Failed, n)
		labtest.Must(t, home.Author.PublishAt(t.Context(), name, now.Add(time.Hour)))
	}
	d.await(t, event.Failed, tries)
	labtest.Must(t, home.Author.PublishAt(t.Context(), name, now.Add(time.Since(start)+time.Second)))
	for until := time.Now().Add(6 * time.Second); len(d.of(event.Published)) <= tries; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("not published at its time")
		}
	}
}
