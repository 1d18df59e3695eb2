package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// ended is a copy of a collection that its author has ended.
func ended(t testing.TB, c collection.Collection) collection.Collection {
	t.Helper()
	c, err := c.End(t.Context(), seals("end"), time.Unix(9, 0))
	check(t, err)
	return c
}

// TestRule19ToldOnce: whoever was told of a collection is told that it has ended, once, and
// without letters; nothing else is said of it.
func TestRule19ToldOnce(t *testing.T) {
	s := told(t)
	next, effects := run(t, rules, s, Updated{Collection: ended(t, s.Collection)})
	n := effect[Notify](t, effects)
	if n.Notification.Reason != notify.Ended || !n.NoLetters || len(n.To) == 0 || len(n.Notification.Updates) != 0 || n.Notification.Title != "" {
		t.Errorf("told %+v", n)
	}
	again, err := next.Collection.End(t.Context(), seals("later"), time.Unix(10, 0))
	check(t, err)
	next, effects = run(t, rules, next, Updated{Collection: again}, Stored{Versions: sets(transport.AllBits(3))})
	none[Notify](t, effects)
	if next.Notified == s.Notified || next.Edited || next.LettersDue {
		t.Error("it is not noted that they were told")
	}
}

// TestRule19NobodyIsToldOfWhatWasNeverThere: an End is never the first word.
func TestRule19NobodyIsToldOfWhatWasNeverThere(t *testing.T) {
	_, effects, err := rules.Step(State{}, Updated{Collection: ended(t, sealedDraft(t, 3))})
	check(t, err)
	none[Notify](t, effects)
}

// TestRule19NothingMore: a share is asked for nothing, announcements are refused, and the
// authority says nothing, whatever comes.
func TestRule19NothingMore(t *testing.T) {
	s, _ := run(t, rules, told(t), Announced{source(0)})
	before := s
	s, _ = run(t, rules, s, Updated{Collection: ended(t, s.Collection)})
	for _, e := range []Event{Announced{source(1)}, Published{source(1)}, Vouched{Source: source(1), Collection: s.Collection}} {
		if _, _, err := rules.Step(s, e); !errors.Is(err, transport.ErrEnded) {
			t.Errorf("%T: %v", e, err)
		}
	}
	for _, e := range []Event{Probed{source(0)}, Falsified{source(0)}, Missed{}, Stored{Versions: sets(transport.AllBits(3))}} {
		next, effects, err := rules.Step(s, e)
		check(t, err)
		if len(effects) != 0 || len(next.Sources) != len(s.Sources) || len(next.Failures) != 0 {
			t.Errorf("%T: %v, sources %v", e, effects, next.Sources)
		}
	}
	next, effects, err := rules.Step(s, fromDevice(sealedDraft(t, 3), true))
	check(t, err)
	if a := effect[Reply](t, effects).Answer; a.Next != transport.Done || len(a.Missing) != 0 {
		t.Errorf("a share is answered with %+v", a)
	}
	none[Validate](t, effects)
	if !next.Collection.Ended() || len(next.Sources) != len(before.Sources) || len(next.Asked) != len(before.Asked) {
		t.Error("the state went with the End")
	}
}

// TestRule19AShareBringsTheEnd: of a station that has ended it.
func TestRule19AShareBringsTheEnd(t *testing.T) {
	s := told(t)
	share := fromDevice(ended(t, s.Collection), true)
	share.Held = s.Held
	_, effects := run(t, rules, s, share)
	if n := effect[Notify](t, effects); n.Notification.Reason != notify.Ended {
		t.Errorf("told %+v", n)
	}
}

// TestRule19Undone: what a stolen key has ended goes on as it was, and that is told.
func TestRule19Undone(t *testing.T) {
	s := told(t)
	over, _ := run(t, rules, s, Updated{Collection: ended(t, s.Collection)})
	over.Collection = s.Collection // as it is loaded when the key is revoked
	next, effects := run(t, rules, over, Announced{source(0, 1, 2)})
	if n := effect[Notify](t, effects); n.Notification.Reason == notify.Ended || n.Notification.Labelled == 3 && len(next.Sources) == 0 {
		t.Errorf("told %+v", n)
	}
	_, effects = run(t, rules, over, Probed{source()})
	if n := effect[Notify](t, effects); n.Notification.Reason == notify.Ended {
		t.Errorf("told %+v", n)
	}
}

// TestRule19Shows: of what has ended, nothing is for any but its author.
func TestRule19Shows(t *testing.T) {
	s := told(t)
	over, _ := run(t, rules, s, Updated{Collection: ended(t, s.Collection)})
	for u := range s.Collection.Recipients() {
		if u != s.Collection.Author() && (!Shows(s, u) || Shows(over, u)) {
			t.Errorf("recipient: %v, ended %v", Shows(s, u), Shows(over, u))
		}
	}
	if !Shows(over, s.Collection.Author()) || Shows(over, collection.UserID{}) || !Shows(s, collection.UserID{}) {
		t.Error("the author, or guests")
	}
}

// TestRule19NoRebase: a station of the author's makes no edition of what has ended.
func TestRule19NoRebase(t *testing.T) {
	c := sealedDraft(t, 3)
	edition := func(change func(*collection.Header, []collection.Item)) collection.Collection {
		next, err := c.Edit(change)
		check(t, err)
		next, err = next.Sign(t.Context(), seals("author"), time.Unix(1, 0))
		check(t, err)
		return next
	}
	theirs, err := edition(func(_ *collection.Header, items []collection.Item) { items[0].Preview = []byte{1} }).
		CoSign(t.Context(), seals("hub"), time.Unix(1, 0))
	check(t, err)
	ours := State{Collection: edition(func(h *collection.Header, _ []collection.Item) { h.Title = "ours" }), Sealed: true}
	_, effects, err := ofAuthor.Step(ours, Updated{Collection: theirs})
	check(t, err)
	effect[Reseal](t, effects)
	for _, pair := range [][2]collection.Collection{{ended(t, ours.Collection), theirs}, {ours.Collection, ended(t, theirs)}} {
		next, effects, err := ofAuthor.Step(State{Collection: pair[0], Sealed: true}, Updated{Collection: pair[1]})
		check(t, err)
		none[Reseal](t, effects)
		if !next.Collection.Ended() {
			t.Error("the End is lost")
		}
	}
}

// TestEndedIsMissedOnce: who fetches what was wanted when a collection ends is done when it
// does not come, and nothing more is asked for.
func TestEndedIsMissedOnce(t *testing.T) {
	all := transport.AllBits(3)
	s, _ := run(t, rules, whole(t), Expired{Versions: sets(all)}, Recalled{Versions: sets(all)})
	s, _ = run(t, rules, s, Updated{Collection: ended(t, s.Collection)})
	for range 10 {
		want, some := FirstWant(s.Wants, sets(all))
		if !some {
			break
		}
		s, _ = run(t, rules, s, Missed{want.User, want.URL, want.Versions})
	}
	if s, _ = run(t, rules, s, Recalled{Versions: sets(all)}); len(s.Wants) > 0 {
		t.Errorf("still wanted: %+v", s.Wants)
	}
}
