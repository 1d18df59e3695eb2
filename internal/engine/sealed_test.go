package engine

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// TestRule15RevokedSeal: the key of the author's seal is revoked in the middle of an
// upload. Nobody is told anything then, whatever else comes, until another key has sealed
// the edition.
func TestRule15RevokedSeal(t *testing.T) {
	all := transport.AllBits(2)
	s, _ := run(t, rules, State{}, fromDevice(sealedDraft(t, 2), true))
	c, err := draft(t, 2).CoSign(t.Context(), seals("authority"), time.Unix(2, 0)) // all that stands now
	check(t, err)
	s.Collection, s.Sealed = c, false
	s, effects := run(t, rules, s, Stored{Versions: sets(all)})
	none[Notify](t, effects)
	served, effects := run(t, rules, s, Updated{Collection: s.Collection, Sources: []transport.Source{source(0)}})
	none[Notify](t, effects)
	s.Sources = served.Sources
	if _, _, err := rules.Step(s, Sealed{Collection: c}); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("the same seal once more: %v", err)
	}
	again, err := c.Sign(t.Context(), seals("another key of the author's"), time.Unix(3, 0))
	check(t, err)
	_, effects = run(t, rules, s, Sealed{Collection: again})
	if told := effect[Notify](t, effects).Notification; told.Reason != notify.Available || told.Labelled != 1 {
		t.Errorf("told of %d labels", told.Labelled)
	}
}

// TestRule15TakenBackUnsealed: what nobody serves gets its label back whether or not
// the author's seal stands. That is told when another key has sealed the edition.
func TestRule15TakenBackUnsealed(t *testing.T) {
	s := served(t, patient, from("home", 0, 1, 2))
	c, err := draft(t, 3).CoSign(t.Context(), seals("authority"), time.Unix(2, 0))
	check(t, err)
	c, _, err = c.Apply(slices.Collect(s.Collection.Updates())...)
	check(t, err)
	s.Collection, s.Sealed = c, false // the author's key is revoked
	gone := Probed{from("home", 0, 1)}
	s, effects := run(t, patient, s, gone, gone, gone)
	none[Notify](t, effects)
	if s.Collection.Labelled() != 2 || s.Sealed {
		t.Errorf("%d labels, sealed %v", s.Collection.Labelled(), s.Sealed)
	}
	again, err := s.Collection.Sign(t.Context(), seals("another key of the author's"), time.Unix(3, 0))
	check(t, err)
	_, effects = run(t, patient, s, Sealed{Collection: again})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Lost || n.Labelled != 2 {
		t.Errorf("told %+v", n)
	}
}
