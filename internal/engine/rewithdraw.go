package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// rewithdraw withdraws again what the station's own user had withdrawn when the
// authority, which had not heard of it, took the availability back: rule 6.
func (r Rules) rewithdraw(before, after State) ([]Effect, error) {
	c := after.Collection
	if before.Collection.Withdrawn() == 0 || r.Own.User != c.Author() {
		return nil, nil
	}
	var ids []collection.ItemID
	for i := range regenerated(before.Collection, c).Without(reopened(c)).Places() {
		id, rank := c.At(i)
		if _, old := before.Collection.At(i); old.Withdrawn() && !rank.Withdrawn() {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	u, err := c.Withdraw(ids...)
	return []Effect{Validate{u}}, err
}

// reopened is the set of the items whose generation the author has opened.
func reopened(c collection.Collection) transport.Bits {
	var items transport.Bits
	for u := range c.Updates() {
		if u.Issuer() != c.Author() {
			continue
		}
		for i, said := range u.Labels() {
			if _, rank := c.At(i); said.Generation() == rank.Generation() {
				items = items.Add(i)
			}
		}
	}
	return items
}
