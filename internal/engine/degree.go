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
	all, err := s.Collection.Restate(collection.UserID{})
	any := false
	for n, ids := range s.ahead() {
		if len(ids) == 0 || err != nil {
			continue
		}
		var u collection.Update
		if u, err = s.Collection.Advance(collection.UserID{}, n, ids...); err == nil {
			all, err = all.Join(u)
		}
		any = true
	}
	return all, any, err
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
