package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// steps returns the authority's update for the items of a collection with degrees
// of which more first versions are here than their labels say: rule 9.
func (s State) steps() (collection.Update, bool, error) {
	if s.Collection.Kind() != label.Degree {
		return collection.Update{}, false, nil
	}
	said, any := s.Collection, false
	for n, ids := range s.ahead() {
		if len(ids) == 0 {
			continue
		}
		u, err := s.Collection.Advance(collection.UserID{}, n, ids...)
		if err == nil {
			said, _, err = said.Apply(u)
		}
		if err != nil {
			return u, false, err
		}
		any = true
	}
	if !any {
		return collection.Update{}, false, nil
	}
	u, err := said.Restate(collection.UserID{})
	return u, true, err
}

// ahead lists by level the items that have reached it and whose label says
// less.
func (s State) ahead() [][]collection.ItemID {
	levels := make([][]collection.ItemID, s.last()+1)
	awaited := s.awaited()
	i := -1
	for id, rank := range s.Collection.Items() {
		i++
		if rank.Settled() || some(awaited, i) {
			continue
		}
		if n := s.first(i); n > rank.Level() {
			levels[n] = append(levels[n], id)
		}
	}
	return levels
}

// first counts the versions of an item that are here, up to the first that is
// not, and without the complete one.
func (s State) first(item int) int {
	n := 0
	for n < s.last() && s.Holds(item, n) {
		n++
	}
	return n
}

// awaited is what was asked for, of whomever, and has not come. Nobody waits for
// what is withdrawn: it may be lost with the device that was to bring it.
func (s State) awaited() []transport.Bits {
	sets := mergeColumns(s.Asked, s.wanted())
	if len(sets) == 0 || s.Collection.Withdrawn() == 0 {
		return sets
	}
	gone := s.itemsThat(label.Rank.Withdrawn)
	for v := range sets {
		sets[v] = sets[v].Without(gone).Trim()
	}
	return trimColumns(sets)
}

// Awaits reports whether a version is pending: it was asked for, of whomever, and has not
// come, and the item is not withdrawn.
func (s State) Awaits(item, version int) bool { return column(s.awaited(), version).Has(item) }

// some reports whether any version of an item is in the sets.
func some(sets []transport.Bits, item int) bool {
	for _, items := range sets {
		if items.Has(item) {
			return true
		}
	}
	return false
}

// restated adds an update of some items to all that the authority has said
// before, so that a collection that is completed item by item carries one
// update of the authority's and not hundreds.
func (s State) restated(u collection.Update, err error) (collection.Update, error) {
	if err != nil || !s.hasSaid(u.Issuer()) {
		return u, err
	}
	said, _, err := s.Collection.Apply(u)
	if err != nil {
		return u, err
	}
	return said.Restate(u.Issuer())
}

// hasSaid reports whether there is an update of the issuer's.
func (s State) hasSaid(issuer collection.UserID) bool {
	for u := range s.Collection.Updates() {
		if u.Issuer() == issuer {
			return true
		}
	}
	return false
}
