package transport_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// gone is a world in which the only peer that served the originals is off.
func gone(t *testing.T, cfg hub.Config) (w *world, cam *camera, home, b *station, name collection.Name) {
	w = newWorld(t, cfg)
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b = w.camera(ann, 3), w.peer(ann, "home"), w.peer(bob, "bob")
	name = cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Shared, 0)
	must(t, home.Close(t.Context()))
	return w, cam, home, b, name
}

// TestGoneForGood: fetches end as unreachable, repeated probes fail, the hub
// takes availability back and tells the recipients, and another peer completes
// in the new generation.
func TestGoneForGood(t *testing.T) {
	w, cam, home, b, name := gone(t, hub.Config{MaxFailedProbes: 3})
	err := b.Fetch(t.Context(), ref(name, cam, 0, 2))
	var refusal *label.Refusal
	var item *collection.ItemError
	if !errors.Is(err, label.ErrUnreachable) || !errors.Is(err, transport.ErrUnreachable) ||
		!errors.As(err, &refusal) || !errors.As(err, &item) || item.Item != cam.items[0].ID {
		t.Fatalf("fetch from a peer that is off: %v", err)
	}
	for range 2 {
		must(t, w.hub.Probe(t.Context()))
	}
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Fatalf("told too early: %v, %v", news, err)
	}
	w.restart(w.hubStore) // what was counted is not forgotten
	must(t, w.hub.Probe(t.Context()))
	b.hears(t, notify.Lost, 3)
	before := b.wire.requests.Load()
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) || b.wire.requests.Load() != before {
		t.Errorf("fetch of what was taken back: %v", err)
	}

	other := w.peer(home.user, "other")
	must(t, other.Refresh(t.Context(), name))
	other.gets(t, name, cam)
	must(t, other.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	v, err := b.View(t.Context(), name)
	must(t, err)
	if _, rank := v.Collection().At(0); rank.Generation() != 1 || !rank.Complete() {
		t.Errorf("rank %v", rank)
	}
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// TestFetchHearsOfTheLabel: who asks before the news has come that availability was
// taken back is told of the label, not that trying again may help.
func TestFetchHearsOfTheLabel(t *testing.T) {
	w, cam, _, b, name := gone(t, hub.Config{MaxFailedProbes: 1})
	must(t, w.hub.Probe(t.Context()))
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("fetch of what was taken back: %v", err)
	}
}

// TestProbeOfWhatIsThere: probes that succeed change nothing and tell nobody,
// and a peer that comes back in time is forgiven.
func TestProbeOfWhatIsThere(t *testing.T) {
	w, _, home, b, name := gone(t, hub.Config{MaxFailedProbes: 2})
	must(t, w.hub.Probe(t.Context()))
	home.reopen(nil)
	must(t, w.hub.Probe(t.Context()))
	must(t, home.Close(t.Context()))
	must(t, w.hub.Probe(t.Context()))
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("told of a peer that was off for a while: %v, %v", news, err)
	}
	v, err := b.View(t.Context(), name)
	must(t, err)
	if v.Collection().Labelled() != 0 {
		t.Error("labels")
	}
}

// TestProbeOnce: a peer that is off is asked once in a round, however many
// collections it serves, and all of them are taken back.
func TestProbeOnce(t *testing.T) {
	w := newWorld(t, hub.Config{MaxFailedProbes: 1})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	names := []collection.Name{cam.make("one", bob), cam.make("two", bob)}
	for _, name := range names {
		_, err := cam.Share(t.Context(), cam.link(home), name)
		must(t, err)
		must(t, home.Publish(t.Context(), name))
	}
	_, err := b.Receive(t.Context())
	must(t, err)
	must(t, home.Close(t.Context()))
	before := w.fromHub.requests.Load()
	must(t, w.hub.Probe(t.Context()))
	if n := w.fromHub.requests.Load() - before; n != 1 {
		t.Errorf("%d requests to a peer that is off", n)
	}
	news, err := b.Receive(t.Context())
	must(t, err)
	if len(news) != 2 || news[0].Reason != notify.Lost || news[1].Reason != notify.Lost {
		t.Errorf("heard %+v", news)
	}
}

// TestProbeFindsALostItem: a peer that is there but has lost one item loses
// that item only.
func TestProbeFindsALostItem(t *testing.T) {
	w, cam, home, b, name := gone(t, hub.Config{MaxFailedProbes: 2})
	home.reopen(nil)
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	d, _ := c.Digest(1, 2)
	must(t, home.store.Delete(t.Context(), "v/"+c.Author().String()+"/"+d.String()))
	for range 2 {
		must(t, w.hub.Probe(t.Context()))
	}
	b.hears(t, notify.Lost, 1)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
	if err := b.Fetch(t.Context(), ref(name, cam, 1, 2)); !errors.Is(err, label.ErrPending) {
		t.Errorf("fetch of what is lost: %v", err)
	}
}

// TestWishBacksOff: a wish for what nobody gives now is tried again after a
// minute, then after two, whatever else happens to the process, and at once when
// there are news.
func TestWishBacksOff(t *testing.T) {
	w, cam, home, b, name := gone(t, hub.Config{})
	want := ref(name, cam, 0, 2)
	must(t, b.Wish(t.Context(), want))
	tried := func() bool {
		t.Helper()
		before := b.wire.requests.Load()
		must(t, b.RetryWishes(t.Context()))
		return b.wire.requests.Load() > before
	}
	for i, step := range []struct {
		after time.Duration
		tried bool
	}{
		{0, false}, {59 * time.Second, false}, {time.Second, true},
		{time.Minute, false}, {time.Minute, true},
		{3 * time.Minute, false}, {time.Minute, true},
	} {
		w.clock = w.clock.Add(step.after)
		b.reopen(nil)
		if tried() != step.tried {
			t.Errorf("step %d: tried %v", i, !step.tried)
		}
	}
	home.reopen(nil)
	if tried() {
		t.Error("tried within the pause")
	}
	w.clock = w.clock.Add(8 * time.Minute)
	must(t, b.RetryWishes(t.Context()))
	if wishes, err := b.Wishes(t.Context()); len(wishes) != 0 || err != nil {
		t.Errorf("wishes left: %v, %v", wishes, err)
	}
}

// TestWishAtNews: news end the pause of a wish.
func TestWishAtNews(t *testing.T) {
	w, cam, home, b, name := gone(t, hub.Config{MaxFailedProbes: 1})
	b.reopen(func(cfg *peer.Config) { cfg.Retry = time.Hour })
	must(t, b.Wish(t.Context(), ref(name, cam, 0, 2)))
	must(t, w.hub.Probe(t.Context()))
	b.hears(t, notify.Lost, 3)
	home.reopen(nil)
	must(t, home.Publish(t.Context(), name))
	b.hears(t, notify.Available, 0)
	if wishes, err := b.Wishes(t.Context()); len(wishes) != 0 || err != nil {
		t.Errorf("wishes left: %v, %v", wishes, err)
	}
}
