package transport_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// twoStations are a recipient's, of whom the second hears of a collection first,
// wishes for an original that is still labelled, and never hears of it again.
type twoStations struct {
	w          *world
	cam        *camera
	home       *station
	phone, nas *station
	name       collection.Name
	wish       transport.Ref
	ended      []error // what the second hears of its wish
}

func newTwoStations(t *testing.T) *twoStations {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	s := &twoStations{w: w, cam: w.camera(ann, 2), home: w.peer(ann, "home"), phone: w.peer(bob, "phone"), nas: w.peer(bob, "nas")}
	s.name = s.cam.make("title", bob)
	s.wish = ref(s.name, s.cam, 0, 2)
	_, err := s.cam.Share(t.Context(), s.cam.hub, s.name)
	must(t, err)
	s.nas.reopen(s.nasConfig)
	_, err = s.nas.Receive(t.Context())
	must(t, err)
	must(t, s.nas.Wish(t.Context(), s.wish))
	_, err = s.cam.Share(t.Context(), s.cam.link(s.home), s.name)
	must(t, err)
	return s
}

func (s *twoStations) nasConfig(cfg *peer.Config) {
	cfg.Wished = func(_ transport.Ref, err error) { s.ended = append(s.ended, err) }
}

// phoneHears takes what the hub has to tell away from the other station.
func (s *twoStations) phoneHears(t *testing.T) {
	_, err := s.phone.Receive(t.Context())
	must(t, err)
	if waiting, err := s.nas.hub.Notifications(t.Context()); err != nil || len(waiting.Waiting) > 0 {
		t.Fatalf("it waits for the other one too, %v", err)
	}
}

// TestWishOfTheOtherStation: of a recipient's stations one hears that a label is
// gone, and the wishes of both come true.
func TestWishOfTheOtherStation(t *testing.T) {
	s := newTwoStations(t)
	must(t, s.home.Publish(t.Context(), s.name))
	s.phoneHears(t)
	must(t, s.nas.RetryWishes(t.Context()))
	if len(s.ended) != 1 || s.ended[0] != nil {
		t.Fatalf("the wish: %v", s.ended)
	}
	if wishes, err := s.nas.Wishes(t.Context()); len(wishes) != 0 || err != nil {
		t.Errorf("wishes left: %v, %v", wishes, err)
	}
	v, err := s.nas.View(t.Context(), s.name)
	must(t, err)
	if v.Collection().Labelled() != 0 {
		t.Error("its view has labels")
	}
	before := s.nas.wire.requests.Load()
	must(t, s.nas.RetryWishes(t.Context()))
	if n := s.nas.wire.requests.Load() - before; n != 0 {
		t.Errorf("%d requests without a wish", n)
	}
}

// TestWishOfTheOtherStationEnds: so does the word that it never comes.
func TestWishOfTheOtherStationEnds(t *testing.T) {
	s := newTwoStations(t)
	must(t, s.home.Withdraw(t.Context(), s.name, s.wish.Item))
	s.phoneHears(t)
	must(t, s.nas.RetryWishes(t.Context()))
	if len(s.ended) != 1 || !errors.Is(s.ended[0], label.ErrWithdrawn) {
		t.Errorf("the wish: %v", s.ended)
	}
}

// TestLooksBackOff: as long as the label is there, it is looked for with pauses
// that grow, once for all wishes in a collection, whatever happens to the process.
// When one is granted, the pauses begin anew.
func TestLooksBackOff(t *testing.T) {
	s := newTwoStations(t)
	must(t, s.nas.Wish(t.Context(), ref(s.name, s.cam, 1, 2)))
	looks := func() int64 {
		t.Helper()
		before := s.nas.wire.requests.Load()
		must(t, s.nas.RetryWishes(t.Context()))
		return s.nas.wire.requests.Load() - before
	}
	for i, step := range []struct {
		after time.Duration
		looks int64
	}{
		{0, 1}, {0, 0}, {59 * time.Second, 0}, {time.Second, 1}, {time.Minute, 0}, {time.Minute, 1}, {3 * time.Minute, 0}, {time.Minute, 1},
	} {
		s.w.clock = s.w.clock.Add(step.after)
		s.nas.reopen(s.nasConfig)
		if n := looks(); n != step.looks {
			t.Errorf("step %d: %d requests", i, n)
		}
	}
	must(t, s.home.Withdraw(t.Context(), s.name, s.wish.Item))
	s.w.clock = s.w.clock.Add(8 * time.Minute)
	looks()
	if len(s.ended) != 1 {
		t.Fatalf("the wish: %v", s.ended)
	}
	if looks() != 1 || looks() != 0 {
		t.Error("the pauses go on")
	}
	s.w.clock = s.w.clock.Add(time.Minute)
	if looks() != 1 {
		t.Error("no look after a minute")
	}
}

// TestLookWhereNobodyAnswers: that the hub is away is no error, and counts as a
// look.
func TestLookWhereNobodyAnswers(t *testing.T) {
	s := newTwoStations(t)
	s.nas.reopen(func(cfg *peer.Config) { cfg.Hub = nil })
	must(t, s.nas.RetryWishes(t.Context()))
	s.nas.reopen(s.nasConfig)
	must(t, s.home.Publish(t.Context(), s.name))
	s.phoneHears(t)
	must(t, s.nas.RetryWishes(t.Context()))
	if len(s.ended) > 0 {
		t.Error("looked again at once")
	}
	s.w.clock = s.w.clock.Add(time.Minute)
	must(t, s.nas.RetryWishes(t.Context()))
	if len(s.ended) != 1 {
		t.Errorf("the wish: %v", s.ended)
	}
}
