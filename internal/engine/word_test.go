package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// vouched is the author's word for what a source serves.
func vouched(t testing.TB, s State, source transport.Source) Vouched {
	u, ok, err := s.Word(source.Items)
	check(t, err)
	if !ok {
		t.Fatal("no word")
	}
	u, err = u.Sign(t.Context(), seals("author"), time.Unix(2, 0))
	check(t, err)
	c, _, err := s.Collection.Apply(u)
	check(t, err)
	return Vouched{source, c}
}

func byAuthority(s State) (n int) {
	for u := range s.Collection.Updates() {
		if u.Issuer().IsZero() {
			n++
		}
	}
	return n
}

// TestRule4AuthorsWord: the recipients are told at once, and once; the authority's seal,
// letters and other collections wait for the check.
func TestRule4AuthorsWord(t *testing.T) {
	source := from("home", 0, 1, 2)
	s := served(t, patient)
	s, effects := run(t, patient, s, vouched(t, s, source))
	if n := effect[Notify](t, effects); n.Notification.Reason != notify.Available || n.Notification.Labelled != 0 || !n.NoLetters {
		t.Errorf("told %+v", n)
	}
	none[Spread](t, effects)
	if byAuthority(s) != 0 {
		t.Error("the authority has sealed what it has not checked")
	}
	s, effects = run(t, patient, stored(t, s), Announced{source})
	if n := effect[Notify](t, effects); n.Notification.Reason != notify.Available || !n.NoLetters {
		t.Errorf("confirmed as %+v", n)
	}
	if n := effect[Write](t, effects); n.Notification.Reason != notify.Available || n.NoLetters {
		t.Errorf("wrote %+v", n)
	}
	effect[Spread](t, effects)
	if byAuthority(s) != 1 || len(s.Unchecked) != 0 || s.LettersDue {
		t.Errorf("%d updates by the authority, unchecked %v", byAuthority(s), s.Unchecked)
	}
}

// TestRule4FalseWord: labels come back, and the recipients are told; of what no letter has
// said, none says that it is lost.
func TestRule4FalseWord(t *testing.T) {
	source := from("home", 0, 1, 2)
	s := served(t, patient)
	s, _ = run(t, patient, s, vouched(t, s, source))
	s, effects := run(t, patient, stored(t, s), Falsified{source})
	if n := effect[Notify](t, effects); n.Notification.Reason != notify.Lost || n.Notification.Labelled != 3 || !n.NoLetters {
		t.Errorf("told %+v", n)
	}
	if len(s.Sources)+len(s.Unchecked) != 0 || s.LettersDue {
		t.Errorf("served by %v, unchecked %v", s.Sources, s.Unchecked)
	}
	s, effects = run(t, patient, s, Announced{source})
	if n := effect[Notify](t, effects); n.Notification.Reason != notify.Available || n.NoLetters {
		t.Errorf("told %+v", n)
	}
}

// TestRule4FalseWordBesideAnother: what another source serves stays, and letters say so.
func TestRule4FalseWordBesideAnother(t *testing.T) {
	s := served(t, patient)
	s, _ = run(t, patient, s, vouched(t, s, from("home", 0, 1, 2)), Announced{from("other", 0)})
	s, effects := run(t, patient, s, Falsified{from("home", 0, 1, 2)})
	if n := effect[Notify](t, effects); n.Notification.Labelled != 2 {
		t.Errorf("told %+v", n)
	}
	if _, rank := s.Collection.At(0); !rank.Complete() || rank.Generation() != 0 {
		t.Errorf("what is served is taken back: %v", rank)
	}
}

// TestRule4WordsThatMustWait: the check comes first for anybody else, for more than the
// source serves, and while a required version is waited for.
func TestRule4WordsThatMustWait(t *testing.T) {
	s := served(t, patient)
	good := vouched(t, s, from("home", 0, 1, 2))
	waits := s
	waits.Asked = sets(nil, transport.BitsOf(1))
	others := transport.Source{User: completer, URL: "home", Items: transport.AllBits(3)}
	for what, c := range map[string]struct {
		rules Rules
		state State
		word  Vouched
	}{
		"a completer's":          {patient, s, Vouched{others, good.Collection}},
		"more than is served":    {patient, s, Vouched{from("home", 0, 1), good.Collection}},
		"nothing new":            {patient, s, Vouched{from("home", 0), s.Collection}},
		"of another's authority": {Rules{Notifies: true}, s, good},
		"something is missing":   {patient, waits, vouched(t, waits, from("home", 0, 1, 2))},
	} {
		if _, _, err := c.rules.Step(c.state, c.word); !errors.Is(err, transport.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestRule4WordAfterTakingBack: that the authority has once said that an item is there does not let
// a word stand, after the author has taken the item back, while something is waited for.
func TestRule4WordAfterTakingBack(t *testing.T) {
	source := from("home", 0, 1, 2)
	s := served(t, patient, source)
	id := items(3)[0].ID
	taken := says(t, s.Collection, author, func(c collection.Collection) (collection.Update, error) { return c.TakeBack(author, id) })
	s, _ = run(t, patient, s, Updated{Collection: taken})
	s.Sources, s.Asked = []transport.Source{source}, sets(nil, transport.BitsOf(0))
	word := says(t, s.Collection, author, func(c collection.Collection) (collection.Update, error) { return c.Complete(author, id) })
	s, _ = run(t, patient, s, Updated{Collection: word})
	if _, rank := s.Collection.At(0); !rank.Labelled() {
		t.Errorf("no label, and a version is waited for: %v", rank)
	}
	if _, rank := s.Collection.At(1); rank.Labelled() {
		t.Errorf("what the authority has said is taken back: %v", rank)
	}
}

// TestRule4WordUnanswered: a source that does not answer is probed as any other, and lost
// after as many times.
func TestRule4WordUnanswered(t *testing.T) {
	source := from("home", 0, 1, 2)
	s := served(t, patient)
	s, _ = run(t, patient, s, vouched(t, s, source))
	s, effects := run(t, patient, s, Probed{source}, Probed{source})
	none[Notify](t, effects)
	s, effects = run(t, patient, stored(t, s), Probed{source})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Lost || len(s.Unchecked) != 0 {
		t.Errorf("told %+v, unchecked %v", n, s.Unchecked)
	}
}
