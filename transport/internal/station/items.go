package station

import (
	"bytes"
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// elsewhere says which items of c are complete in other collections of its
// author, with the same digest, and who serves them, as far as that was checked and as long
// as the transaction stands.
// Collections whose seals do not stand any more say nothing.
func (k *Core) elsewhere(ctx context.Context, tx *record.Tx, c collection.Collection) (transport.Bits, []transport.Source, error) {
	names, err := k.others(ctx, tx, c, transport.AllBits(c.Len()))
	if err != nil {
		return nil, nil, err
	}
	var complete transport.Bits
	var sources []transport.Source
	for _, name := range names {
		loaded, err := k.load(ctx, tx, name)
		if errors.Is(err, transport.ErrSeal) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		other := loaded.state
		places := samePlaces(other.Collection, c)
		for i := range other.Confirmed().Places() {
			if to, ok := places[i]; ok {
				complete = complete.Add(to)
			}
		}
		for _, source := range other.Sources {
			source.Items = mapBits(other.Checked(source), places)
			sources = append(sources, source)
		}
	}
	return complete, sources, nil
}

// withdrawn is the set of the items that are withdrawn.
func withdrawn(c collection.Collection) transport.Bits {
	if c.Withdrawn() == 0 {
		return nil
	}
	all := transport.AllBits(c.Len())
	return all.Without(NotWithdrawn(c, all))
}

// NotWithdrawn leaves the items that are withdrawn out of a set.
func NotWithdrawn(c collection.Collection, items transport.Bits) transport.Bits {
	var left transport.Bits
	for i := range items.Places() {
		if _, rank := c.At(i); !rank.Withdrawn() {
			left = left.Add(i)
		}
	}
	return left
}

// samePlaces maps places in one collection to those in another where item and
// complete version are the same.
func samePlaces(from, to collection.Collection) map[int]int {
	places := map[int]int{}
	i := 0
	for id := range from.Items() {
		if at, ok := to.Index(id); ok && sameComplete(from, i, to, at) {
			places[i] = at
		}
		i++
	}
	return places
}

func sameComplete(a collection.Collection, i int, b collection.Collection, j int) bool {
	x, okX := a.Digest(i, len(a.Ladder())-1)
	y, okY := b.Digest(j, len(b.Ladder())-1)
	return okX && okY && bytes.Equal(x[:], y[:])
}

func mapBits(b transport.Bits, places map[int]int) transport.Bits {
	var out transport.Bits
	for i := range b.Places() {
		if to, ok := places[i]; ok {
			out = out.Add(to)
		}
	}
	return out
}
