package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// givesWay reports whether a station of the author's gives up its edition: two of
// them have made a version each in a way of its own, and the authority has sealed
// the other one's. Whoever else meets two such editions takes neither for the
// other.
func (r Rules) givesWay(s State, theirs collection.Collection) bool {
	return r.Own.User == theirs.Author() &&
		len(s.Collection.Header().AuthoritySeal) == 0 && len(theirs.Header().AuthoritySeal) > 0
}

// giveWay takes the other edition, with all that was said here.
func (s State) giveWay(theirs collection.Collection) (State, error) {
	var said []collection.Update
	for u := range s.Collection.Updates() {
		said = append(said, u)
	}
	c, _, err := theirs.Apply(said...)
	if err != nil {
		return s, err
	}
	s.Held = s.heldIn(c)
	s.Collection, s.Sealed, s.Edited = c, len(c.Header().AuthorSeal) > 0, s.Edited || edited(s.Collection, c)
	return s, nil
}

// heldIn is what is held of the versions of another edition: those that have the
// same digests there.
func (s State) heldIn(c collection.Collection) []transport.Bits {
	held := make([]transport.Bits, len(s.Held))
	for v, items := range s.Held {
		for i := range items.Places() {
			here, _ := s.Collection.Digest(i, v)
			if there, ok := c.Digest(i, v); ok && there == here {
				held[v] = held[v].Add(i)
			}
		}
	}
	return trimColumns(held)
}
