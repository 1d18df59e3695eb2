package collection

import (
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/label"
)

// update makes an unsealed update of labels, and refuses what its issuer may not say.
func (c Collection) update(by UserID, labels column.Column) (Update, error) {
	if err := c.goesOn(); err != nil {
		return Update{}, err
	}
	p := c.parts()
	u := Update{identity: c.Identity(), kind: c.Kind(), n: c.Len(), claim: makeClaim(labels, by, seal{}), said: p.claims}
	if err := p.fixed.allows(by, labels); err != nil {
		return u, err
	}
	u.claim = u.with(labels, KeyID{})
	return u, nil
}

// with returns an unsealed claim of labels, and of all that a key of the issuer's has said
// in the collection that u was made from.
func (u Update) with(labels column.Column, key KeyID) claim {
	issuer := u.claim.issuer()
	for i := range u.said {
		if c := &u.said[i]; c.issuer() == issuer && c.key() == key {
			labels, _ = column.Combine(labels, c.labels(), higher)
		}
	}
	return makeClaim(labels, issuer, seal{})
}

// mention makes an update that says of each item what rank makes of its label.
func (c Collection) mention(by UserID, ids []ItemID, rank func(label.Rank) (label.Rank, error)) (Update, error) {
	state := c.parts().state.get()
	places := map[uint32][]int{}
	for _, id := range ids {
		i, ok := c.Index(id)
		if !ok {
			return Update{}, &ItemError{id, ErrNoItem}
		}
		to, err := rank(label.Rank(state.At(i)))
		if err != nil {
			return Update{}, &ItemError{id, err}
		}
		places[uint32(to)] = append(places[uint32(to)], i)
	}
	labels := column.Uniform(c.Len(), 0)
	for to, items := range places {
		slices.Sort(items)
		labels = joinInto(labels, column.Of(c.Len(), to, slices.Compact(items)))
	}
	return c.update(by, labels)
}

// joinInto joins b to labels, and returns b itself, in its compact form, where labels
// mention nothing.
func joinInto(labels, b column.Column) column.Column {
	if labels.Count(func(v uint32) bool { return v != 0 }) == 0 {
		return b
	}
	joined, _ := column.Combine(labels, b, higher)
	return joined
}

// level returns a rank function for a level of the item's generation.
func level(n int) func(label.Rank) (label.Rank, error) {
	return func(r label.Rank) (label.Rank, error) { return label.At(r.Generation(), n) }
}

// Complete makes an update by the author, a completer or the authority (the
// zero UserID) that says that the complete versions of these items are on the
// network; of none, it says nothing. Errors: an *ItemError with ErrNoItem,
// ErrNotAuthorised, and ErrEnded.
func (c Collection) Complete(by UserID, ids ...ItemID) (Update, error) {
	return c.mention(by, ids, level(int(label.Complete)))
}

// CompleteAll is Complete for all items, in their present generations; five
// bytes of labels for any number of items that were never taken back. By the
// authority it is the validation of the collection.
func (c Collection) CompleteAll(by UserID) (Update, error) {
	complete := func(x, _ uint32) uint32 { return x&^uint32(label.Withdrawn) | uint32(label.Complete) }
	labels, _ := column.Combine(*c.parts().state.get(), column.Uniform(c.Len(), 0), complete)
	return c.update(by, labels)
}

// Advance makes an update that says that the first n versions of the ladder are
// there for these items. Errors as Complete, and ErrRank if the collection's
// kind has no such level.
func (c Collection) Advance(by UserID, n int, ids ...ItemID) (Update, error) {
	if n < 0 || n >= len(c.parts().fixed.ladder) {
		return Update{}, fmt.Errorf("%w: level %d of %d versions", ErrRank, n, len(c.parts().fixed.ladder))
	}
	return c.mention(by, ids, level(n))
}

// Withdraw makes an update by the author that says that the complete versions
// of these items will never come. Errors as Complete.
func (c Collection) Withdraw(ids ...ItemID) (Update, error) {
	return c.mention(c.Author(), ids, level(int(label.Withdrawn)))
}

// TakeBack makes an update by the author or the authority (the zero UserID)
// that opens the next generation of these items: what was available is lost, and
// no update of an earlier generation can say otherwise. Errors as Complete, and
// label.ErrGeneration at the last generation.
func (c Collection) TakeBack(by UserID, ids ...ItemID) (Update, error) {
	if !c.parts().fixed.role(by).privileged() {
		return Update{}, fmt.Errorf("%w: only author and authority take back", ErrNotAuthorised)
	}
	return c.mention(by, ids, label.Rank.Next)
}

// Restate makes an update of all that some keys of an issuer's have said in c. Without
// keys it says nothing until it is sealed: see Update.Sign. A station whose key takes the
// place of another restates that other's word.
func (c Collection) Restate(by UserID, keys ...KeyID) (Update, error) {
	u, err := c.update(by, column.Uniform(c.Len(), 0))
	for _, key := range keys {
		u.claim = u.with(u.claim.labels(), key)
	}
	return u, err
}
