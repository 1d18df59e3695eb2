package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Published: the station's own user tells the recipients from here on, because
// there is no hub or because the hub leaves it to the sender. Source is what
// the station serves of it; without items, nothing yet.
type Published struct{ Source transport.Source }

func (Published) event() {}

// published makes the station the one that tells.
func (r Rules) published(s State, e Published) (State, []Effect, error) {
	switch {
	case !s.Sealed:
		return s, nil, transport.At(transport.ErrSeal, "the author has not sealed it")
	case !MayComplete(s.Collection, e.Source.User):
		return s, nil, transport.ErrForbidden
	}
	if e.Source.User != s.Collection.Author() && s.Notified.IsZero() {
		if err := s.hasTold(); err != nil { // a completer's word is never the first
			return s, nil, err
		}
	}
	s.Notifies = true
	if e.Source.Items.IsEmpty() {
		return s, nil, nil
	}
	return r.announced(s, Announced(e))
}

// vouch returns the update of the station's own user for what the station itself
// serves, in a collection that no authority validates: rule 8.
func (r Rules) vouch(s State) (collection.Update, bool, error) {
	if r.Own.User.IsZero() || !s.Collection.Authority().IsZero() || s.Collection.Labelled() == 0 {
		return collection.Update{}, false, nil
	}
	ready, _ := s.ready(s.servedBy(r.Own))
	if len(ready) == 0 {
		return collection.Update{}, false, nil
	}
	u, err := s.Collection.Complete(r.Own.User, ready...)
	return u, true, err
}

// maxPassedOn is of how many recipients a collection is at most that others than its author
// tell them of: what they store for it grows with that.
const maxPassedOn = 256

// passesOn reports whether the station tells the recipients of what it holds, whoever has
// made it: rule 21.
func (r Rules) passesOn(s State) bool {
	c := s.Collection
	return r.Own.URL != "" && c.Authority().IsZero() && c.Author() != r.Own.User && len(notify.Due(c)) <= maxPassedOn
}

// hasTold notes that the recipients know of the present availability.
func (s *State) hasTold() (err error) {
	s.Notified, err = notify.Availability(s.Collection)
	s.NotifiedLabelled, s.NotifiedWithdrawn = s.Collection.Labelled(), s.Collection.Withdrawn()
	return err
}

// edited reports whether another edition says something else to people: new
// digests are nothing to tell.
func edited(before, after collection.Collection) bool {
	return !before.SameWords(after)
}

// servedBy is the set of the items that one station serves.
func (s State) servedBy(station transport.Source) transport.Bits {
	return itemsOf(s.Sources, station)
}
