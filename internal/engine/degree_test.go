package engine

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// degrees is a sealed collection of n items whose labels are degrees.
func degrees(t testing.TB, n int) collection.Collection {
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Kind: label.Degree, Items: items(n), Recipients: []collection.UserID{reader}})
	check(t, err)
	c, err = c.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	return c
}

// both are rules that take screens from a device, too.
var both = Rules{Authority: authority, RequiredFromDevice: 2, RequiredFromPeer: 2, Notifies: true}

func wantLevels(t testing.TB, s State, want ...int) {
	t.Helper()
	i := 0
	for _, rank := range s.Collection.Items() {
		if rank.Level() != want[i] {
			t.Errorf("item %d: %v, want level %d", i, rank, want[i])
		}
		i++
	}
}

func TestRule9DegreesAdvanceStepByStep(t *testing.T) {
	all := transport.AllBits(3)
	first := fromDevice(degrees(t, 3), true)
	first.Share.Offers = sets(all)
	s, effects := run(t, both, State{}, first)
	wantLevels(t, s, 0, 0, 0)
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Shared || n.Labelled != 3 {
		t.Errorf("told %+v", n)
	}
	s, _ = run(t, both, s, Stored{Versions: sets(transport.BitsOf(2)), More: true})
	wantLevels(t, s, 0, 0, 0)
	s, effects = run(t, both, s, Stored{Versions: sets(transport.BitsOf(0, 1))})
	wantLevels(t, s, 1, 1, 1)
	if tell := effect[Notify](t, effects); tell.Notification.Reason != notify.Available || tell.Notification.Labelled != 3 || !tell.NoLetters {
		t.Errorf("told %+v", tell)
	}
	again := fromDevice(degrees(t, 3), true)
	again.Held = sets(all)
	s, effects = run(t, both, s, again, Stored{Versions: sets(nil, transport.BitsOf(0, 1))})
	wantLevels(t, s, 2, 2, 1)
	if tell := effect[Notify](t, effects); tell.Notification.Reason != notify.Available || tell.Notification.Labelled != 3 || !tell.NoLetters {
		t.Errorf("told %+v", tell)
	}
	s, _ = run(t, both, s, Stored{Versions: sets(nil, transport.BitsOf(2))})
	wantLevels(t, s, 2, 2, 2)
}

func TestRule9NoLevelOverAGap(t *testing.T) {
	all := transport.AllBits(2)
	share := fromDevice(degrees(t, 2), true)
	share.Share.Offers = sets(transport.BitsOf(0), all)
	s, _ := run(t, both, State{}, share, Stored{Versions: sets(nil, all)})
	wantLevels(t, s, 0, 0)
	s, _ = run(t, both, s, Stored{Versions: sets(transport.BitsOf(0))})
	wantLevels(t, s, 2, 0)
}

func TestRule9OneNotificationForAnUpload(t *testing.T) {
	all := transport.AllBits(50)
	share := fromDevice(degrees(t, 50), true)
	share.Share.Offers = sets(all)
	s, _ := run(t, both, State{}, share, Stored{Versions: sets(all)})
	share.Share.Offers, share.Held = sets(all, all), sets(all)
	s, effects := run(t, both, s, share, Stored{Versions: sets(nil, all)})
	tell := effect[Notify](t, effects)
	if tell.Notification.Reason != notify.Available || s.News != 3 {
		t.Errorf("told %+v, %d times", tell.Notification, s.News)
	}
	count := 0
	for range s.Collection.Updates() {
		count++
	}
	if _, rank := s.Collection.At(49); rank.Level() != 2 || count != 1 {
		t.Errorf("rank %v, %d updates", rank, count)
	}
}

func TestRule9CompleteTrumps(t *testing.T) {
	all := transport.AllBits(2)
	share := fromDevice(degrees(t, 2), true)
	s, _ := run(t, both, State{}, share, Stored{Versions: sets(all, all)})
	wantLevels(t, s, 2, 2)
	s, effects := run(t, both, s, Announced{source(1)})
	wantLevels(t, s, 2, int(label.Complete))
	if effect[Notify](t, effects).NoLetters {
		t.Error("that an item is complete is no level")
	}
	s, _ = run(t, both, s, Stored{Versions: sets(all, all)})
	wantLevels(t, s, 2, int(label.Complete))
}

// TestCompletedOneByOne: the proof of a collection stays short however often
// the authority speaks.
func TestCompletedOneByOne(t *testing.T) {
	s, _ := run(t, rules, State{}, fromDevice(sealedDraft(t, 40), true), Stored{Versions: sets(transport.AllBits(40))})
	for i := range 40 {
		s, _ = run(t, rules, s, Announced{source(i)})
		updates := 0
		for range s.Collection.Updates() {
			updates++
		}
		if updates != 1 || s.Collection.Labelled() != 39-i {
			t.Fatalf("after item %d: %d updates, %d labels", i, updates, s.Collection.Labelled())
		}
	}
}
