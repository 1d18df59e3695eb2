package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// restate says again what the station's own key has said where it meets a word of that
// key which the one that stands does not cover, or says another thing than one that is on its
// way: rule 16.
func (r Rules) restate(before, after State, e Event) ([]Effect, error) {
	now, ok := r.ownWord(after.Collection)
	if !ok {
		return nil, nil
	}
	was, known := r.ownWord(before.Collection)
	met := []collection.Update{was}
	if brought, ok := r.ownWord(brought(e)); ok {
		met = append(met, brought)
	}
	if sent, ok := after.sent(); ok && !(known && was.Covers(now)) {
		met = append(met, sent)
	}
	for _, u := range met {
		if u.Identity() == now.Identity() && !now.Covers(u) {
			u, err := now.Join(u)
			return []Effect{Validate{u}}, err
		}
	}
	return nil, nil
}

// sent is the word that is on its way.
func (s State) sent() (u collection.Update, some bool) {
	return u, len(s.OnItsWay) > 0 && u.UnmarshalBinary(s.OnItsWay) == nil
}

// ownWord returns what the station's own key has said in a collection.
func (r Rules) ownWord(c collection.Collection) (collection.Update, bool) {
	issuer, key := r.Own.User, r.Key
	if r.validates(State{Collection: c}) {
		issuer, key = collection.UserID{}, r.Authority
	}
	if key.IsZero() {
		return collection.Update{}, false
	}
	for u := range c.Updates() {
		if u.Issuer() == issuer && u.Key() == key {
			return u, true
		}
	}
	return collection.Update{}, false
}

// brought is the collection that an event brings; the zero Collection if it brings none.
func brought(e Event) collection.Collection {
	switch e := e.(type) {
	case Shared:
		return e.Collection
	case Updated:
		return e.Collection
	case Sealed:
		return e.Collection
	}
	return collection.Collection{}
}

// stillNotified is what the recipients were told of last, if what the collection has become
// shows them nothing else: an update that changes no label is no news, unless it is the
// authority's seal on the author's word.
func (s State) stillNotified(merged collection.Collection) collection.Digest {
	was := s.Collection
	if !s.before.ID().IsZero() {
		was = s.before
	}
	before, err := notify.Availability(was)
	if err != nil || was.Ended() != merged.Ended() || s.LettersDue || s.Notified != before || !merged.SameLabels(was) {
		return s.Notified
	}
	if now, err := notify.Availability(merged); err == nil {
		return now
	}
	return s.Notified
}
