package peer_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// wished takes the events that end a wish.
func wished(ends func(transport.Ref, error)) func(event.Event) {
	return func(e event.Event) {
		if e.Kind == event.WishFulfilled || e.Kind == event.WishEnded {
			ends(e.Ref, e.Err)
		}
	}
}

// TestWishesAndWithdrawal: what is wished for comes by itself when its label
// goes; a wish for a withdrawn item ends with that answer, and a late original
// is refused.
func TestWishesAndWithdrawal(t *testing.T) {
	_, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 3)
	ended := map[collection.ItemID]error{}
	b.Restart(func(cfg *peer.Config) {
		cfg.Events = wished(func(ref transport.Ref, err error) { ended[ref.Item] = err })
	})
	cam.Shares(name)
	b.Hears(notify.Shared, 3)
	before := b.Requests.Load()
	for i := range 2 {
		b.Wishes(cam.Ref(name, i, 2))
	}
	if n := b.Requests.Load() - before; n != 0 || len(ended) != 0 {
		t.Errorf("a wish for what is not there caused %d requests", n)
	}
	cam.Syncs(home, name)
	home.Withdraws(name, cam.Items[1].ID)
	if err := b.Author.Withdraw(t.Context(), name, cam.Items[1].ID); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("a recipient withdraws: %v", err)
	}
	home.Publishes(name)
	b.Hears(notify.Available, 1)

	if err, ok := ended[cam.Items[0].ID]; !ok || err != nil {
		t.Errorf("the first wish: %v, %v", ok, err)
	}
	if err := ended[cam.Items[1].ID]; !errors.Is(err, label.ErrWithdrawn) {
		t.Errorf("the second wish: %v", err)
	}
	b.HasWishes(0)
	if n := len(b.Reads(cam.Ref(name, 0, 2))); n != 140_000 {
		t.Errorf("what was wished for has %d bytes", n)
	}
	late := transport.Announcement{Author: cam.User, ID: name.ID, Items: transport.BitsOf(1), URL: home.URL(), Endpoint: home.Source().Endpoint}
	if _, err := home.ToHub().Announce(t.Context(), late); !errors.Is(err, transport.ErrWithdrawn) {
		t.Errorf("a late original: %v", err)
	}
}

// TestWishBacksOff: a wish for what nobody serves now is tried again after a
// minute, then after two, whatever else happens to the process, and at once when
// there are news.
func TestWishBacksOff(t *testing.T) {
	w, cam, home, b, name := labtest.Gone(t, hub.Config{})
	want := cam.Ref(name, 0, 2)
	b.Wishes(want)
	tried := func() bool {
		t.Helper()
		before := b.Requests.Load()
		b.RetriesWishes()
		return b.Requests.Load() > before
	}
	for i, step := range []struct {
		after time.Duration
		tried bool
	}{
		{0, false}, {59 * time.Second, false}, {time.Second, true},
		{time.Minute, false}, {time.Minute, true},
		{3 * time.Minute, false}, {time.Minute, true},
	} {
		w.Pass(step.after)
		b.Restart(nil)
		if tried() != step.tried {
			t.Errorf("step %d: tried %v", i, !step.tried)
		}
	}
	home.Restart(nil)
	if tried() {
		t.Error("tried within the pause")
	}
	w.Pass(8 * time.Minute)
	b.RetriesWishes()
	b.HasWishes(0)
}

// TestWishAtNews: news end the pause of a wish.
func TestWishAtNews(t *testing.T) {
	w, cam, home, b, name := labtest.Gone(t, hub.Config{MaxFailedProbes: 1})
	b.Restart(func(cfg *peer.Config) { cfg.Retry = time.Hour })
	b.Wishes(cam.Ref(name, 0, 2))
	w.Probes()
	b.Hears(notify.Lost, 3)
	home.Restart(nil)
	home.Publishes(name)
	b.Hears(notify.Available, 0)
	b.HasWishes(0)
}

// TestWishOutlastsALostCamera: who was handed a draft by a camera that is lost, and
// wishes for an original, hears that the collection has no seal of its author's, as
// with Receive. The wish stays, and is granted when the home computer has sealed it.
func TestWishOutlastsALostCamera(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	b.Restart(accepts(1))
	cam.HandsOver(b, name, 1<<20)
	b.Wishes(cam.Ref(name, 0, 2))
	cam.Shares(name)
	cam.Syncs(home, name)
	w.Revokes(cam.Station)
	if err := b.Reader.RetryWishes(t.Context()); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("grant: %v", err)
	}
	b.HasWishes(1)
	home.Publishes(name)
	w.Pass(24 * time.Hour)
	b.RetriesWishes()
	b.HasWishes(0)
}

// twoStations are a recipient's, of whom the second hears of a collection first,
// wishes for an original that is still labelled, and never hears of it again.
type twoStations struct {
	w          *labtest.World
	cam        *labtest.Camera
	home       *labtest.Peer
	phone, nas *labtest.Peer
	name       collection.Name
	wish       transport.Ref
	ended      []error // what the second hears of its wish
}

func newTwoStations(t *testing.T) *twoStations {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	s := &twoStations{w: w, cam: w.Camera(ann, 2), home: w.Peer(ann, "home"), phone: w.Peer(bob, "phone"), nas: w.Peer(bob, "nas")}
	s.name = s.cam.Album("title", bob)
	s.wish = s.cam.Ref(s.name, 0, 2)
	s.cam.Shares(s.name)
	s.nas.Restart(s.nasConfig)
	s.nas.Receives()
	s.nas.Wishes(s.wish)
	s.cam.Syncs(s.home, s.name)
	return s
}

func (s *twoStations) nasConfig(cfg *peer.Config) {
	cfg.Events = wished(func(_ transport.Ref, err error) { s.ended = append(s.ended, err) })
}

// phoneHears takes what the hub has to tell away from the other station.
func (s *twoStations) phoneHears(t *testing.T) {
	s.phone.Receives()
	s.phone.Receives() // which acknowledges it
	if len(s.w.Waiting(s.nas.User)) > 0 {
		t.Fatal("it waits for the other one too")
	}
}

// TestWishOfTheOtherStation: of a recipient's stations one hears that a label is
// gone, and the wishes of both come true.
func TestWishOfTheOtherStation(t *testing.T) {
	s := newTwoStations(t)
	s.home.Publishes(s.name)
	s.phoneHears(t)
	s.nas.RetriesWishes()
	if len(s.ended) != 1 || s.ended[0] != nil {
		t.Fatalf("the wish: %v", s.ended)
	}
	s.nas.HasWishes(0)
	if s.nas.Views(s.name).Labelled() != 0 {
		t.Error("its view has labels")
	}
	before := s.nas.Requests.Load()
	s.nas.RetriesWishes()
	if n := s.nas.Requests.Load() - before; n != 0 {
		t.Errorf("%d requests without a wish", n)
	}
}

// TestWishOfTheOtherStationEnds: so does the word that it never comes.
func TestWishOfTheOtherStationEnds(t *testing.T) {
	s := newTwoStations(t)
	s.home.Withdraws(s.name, s.wish.Item)
	s.phoneHears(t)
	s.nas.RetriesWishes()
	if len(s.ended) != 1 || !errors.Is(s.ended[0], label.ErrWithdrawn) {
		t.Errorf("the wish: %v", s.ended)
	}
}

// TestLooksBackOff: as long as the label is there, it is looked for with pauses
// that grow, once for all wishes in a collection, whatever happens to the process.
// When one is granted, the pauses begin anew.
func TestLooksBackOff(t *testing.T) {
	s := newTwoStations(t)
	s.nas.Wishes(s.cam.Ref(s.name, 1, 2))
	looks := func() int64 {
		t.Helper()
		before := s.nas.Requests.Load()
		s.nas.RetriesWishes()
		return s.nas.Requests.Load() - before
	}
	for i, step := range []struct {
		after time.Duration
		looks int64
	}{
		{0, 1}, {0, 0}, {59 * time.Second, 0}, {time.Second, 1}, {time.Minute, 0}, {time.Minute, 1}, {3 * time.Minute, 0}, {time.Minute, 1},
	} {
		s.w.Pass(step.after)
		s.nas.Restart(s.nasConfig)
		if n := looks(); n != step.looks {
			t.Errorf("step %d: %d requests", i, n)
		}
	}
	s.home.Withdraws(s.name, s.wish.Item)
	s.w.Pass(8 * time.Minute)
	looks()
	if len(s.ended) != 1 {
		t.Fatalf("the wish: %v", s.ended)
	}
	if looks() != 1 || looks() != 0 {
		t.Error("the pauses go on")
	}
	s.w.Pass(time.Minute)
	if looks() != 1 {
		t.Error("no look after a minute")
	}
}

// TestLookWhereNobodyAnswers: that the hub is away is no error, and counts as a
// look.
func TestLookWhereNobodyAnswers(t *testing.T) {
	s := newTwoStations(t)
	s.nas.Restart(func(cfg *peer.Config) { cfg.Hub = nil })
	s.nas.RetriesWishes()
	s.nas.Restart(s.nasConfig)
	s.home.Publishes(s.name)
	s.phoneHears(t)
	s.nas.RetriesWishes()
	if len(s.ended) > 0 {
		t.Error("looked again at once")
	}
	s.w.Pass(time.Minute)
	s.nas.RetriesWishes()
	if len(s.ended) != 1 {
		t.Errorf("the wish: %v", s.ended)
	}
}
