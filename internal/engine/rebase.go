package engine

import (
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Rule 13. Two stations of an author may make an edition each at the same time, and
// of two editions only one stands. What an edition that stood has said of versions
// must not be taken back by that: the authority keeps its edition, and the station
// that comes later makes its own anew on top of it.

// Reseal: seal the edition with the station's own key, and step [Updated] with it.
type Reseal struct{ Collection collection.Collection }

func (Reseal) effect() {}

// mayFollow reports whether an edition says of versions all that another one says.
func mayFollow(c, earlier collection.Collection) bool {
	return c.HasDigestsOf(earlier) && c.HasPreviewsOf(earlier)
}

// joined joins another copy of the collection. The authority takes no edition that
// lacks or contradicts what it has sealed of versions, only what was said with it.
func (r Rules) joined(s State, c collection.Collection) (State, error) {
	if r.validates(s) && !mayFollow(c, s.Collection) {
		merged, changed, err := s.Collection.MergeSaid(c)
		if err != nil || !changed {
			return s, err
		}
		return s.with(merged), nil
	}
	return s.merge(c)
}

// rebases reports whether a station of the author's has an edition that is not the
// authority's yet, and can never be, since theirs says other things of versions.
func (r Rules) rebases(s State, theirs collection.Collection) bool {
	return s.Known() && r.Own.User == theirs.Author() && !s.Collection.Ended() && !theirs.Ended() &&
		len(s.Collection.Header().AuthoritySeal) == 0 && len(theirs.Header().AuthoritySeal) > 0 &&
		s.Collection.Identity() == theirs.Identity() && !mayFollow(s.Collection, theirs)
}

// rebase takes their edition with all that was said here, and makes another one of
// it, later than both, with the words of the edition here, if that is the later one,
// and what it has of versions that theirs does not know. Previews alone are no reason
// for one.
func (s State) rebase(theirs collection.Collection) (State, []Effect, error) {
	c, _, err := theirs.MergeSaid(s.Collection)
	if err != nil {
		return s, nil, err
	}
	ours := s.Collection
	s = s.with(c)
	own := ours.Header()
	if ours.Edition().Compare(theirs.Edition()) < 0 || own.Edition == theirs.Header().Edition && ours.SameWords(theirs) && theirs.HasDigestsOf(ours) {
		return s, nil, nil
	}
	next, err := c.EditAfter(ours, func(h *collection.Header, items []collection.Item) {
		h.Title, h.Metadata, h.Hints = own.Title, own.Metadata, own.Hints
		for i := range items {
			items[i] = withOwn(items[i], ours.Item(i))
		}
	})
	return s, []Effect{Reseal{next}}, err
}

// withOwn returns their item with our words, and with our digests and our preview of
// what they have none of.
func withOwn(theirs, ours collection.Item) collection.Item {
	digests := slices.Clone(theirs.Digests)
	for v, d := range ours.Digests {
		if v == len(digests) {
			digests = append(digests, collection.Digest{})
		}
		if digests[v].IsZero() {
			digests[v] = d
		}
	}
	ours.Digests = digests
	if len(theirs.Preview) > 0 {
		ours.Preview = theirs.Preview
	}
	return ours
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
