package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// The index of items says in which of an author's collections an item is: one
// record per item with the ids of the collections, 16 bytes each. All else
// about other collections is read from their states.

// indexItems returns the changes that put a collection into the index, where it is
// not there yet.
func (k *Core) indexItems(ctx context.Context, c collection.Collection) ([]transport.Change, error) {
	changes := make([]transport.Change, 0, c.Len())
	id := c.ID()
	for item := range c.Items() {
		key := itemRecord.Key(c.Author(), item)
		in, err := k.Store.Get(ctx, key)
		if err != nil && !errors.Is(err, transport.ErrNotFound) {
			return nil, err
		}
		if !isIn(in, id) {
			changes = append(changes, transport.Change{Key: key, Value: append(in, id[:]...)})
		}
	}
	return changes, nil
}

func isIn(record []byte, id collection.ID) bool {
	for other := range slices.Chunk(record, len(id)) {
		if bytes.Equal(other, id[:]) {
			return true
		}
	}
	return false
}

// others returns the other collections of c's author that have one of the items.
func (k *Core) others(ctx context.Context, c collection.Collection, items transport.Bits) ([]collection.Name, error) {
	own := c.ID()
	seen := map[collection.ID]bool{own: true}
	var names []collection.Name
	for i := range items.Places() {
		item, _ := c.At(i)
		in, err := k.Store.Get(ctx, itemRecord.Key(c.Author(), item))
		if err != nil && !errors.Is(err, transport.ErrNotFound) {
			return nil, err
		}
		for ; len(in) >= len(own); in = in[len(own):] {
			if id := collection.ID(in); !seen[id] {
				seen[id] = true
				names = append(names, collection.Name{Author: c.Author(), ID: id})
			}
		}
	}
	return names, nil
}

// Elsewhere says which items of c are complete in other collections of its
// author, with the same digest, and who serves them. Collections whose seals do
// not stand any more say nothing.
func (k *Core) Elsewhere(ctx context.Context, c collection.Collection) (transport.Bits, []transport.Source, error) {
	names, err := k.others(ctx, c, transport.AllBits(c.Len()))
	if err != nil {
		return nil, nil, err
	}
	var complete transport.Bits
	var sources []transport.Source
	for _, name := range names {
		other, err := k.Load(ctx, name)
		if errors.Is(err, transport.ErrSeal) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		places := samePlaces(other.Collection, c)
		for i := range other.Complete().Places() {
			if to, ok := places[i]; ok {
				complete = complete.Add(to)
			}
		}
		for _, source := range other.Sources {
			source.Items = mapBits(source.Items, places)
			sources = append(sources, source)
		}
	}
	return complete, sources, nil
}

// SpreadTo steps an announcement in the author's other collections that have
// one of the items, as far as it is not withdrawn there, and returns who was told.
// A collection whose seals do not stand any more is left as it is; what else
// fails in one does not keep it from the others.
func (k *Core) SpreadTo(ctx context.Context, from engine.State, source transport.Source) ([]collection.UserID, error) {
	names, err := k.others(ctx, from.Collection, source.Items)
	if err != nil {
		return nil, err
	}
	var told []collection.UserID
	var failed []error
	for _, name := range names {
		r, err := k.Do(ctx, name, func(s engine.State) (engine.Event, error) {
			here := source
			here.Items = NotWithdrawn(s.Collection, mapBits(source.Items, samePlaces(from.Collection, s.Collection)))
			if here.Items.IsEmpty() || !s.Sealed || !engine.MayComplete(s.Collection, source.User) {
				return nil, nil
			}
			return engine.Announced{Source: here}, nil
		})
		if err != nil && !errors.Is(err, transport.ErrSeal) {
			failed = append(failed, fmt.Errorf("collection %v: %w", name, err))
		}
		told = append(told, r.Notified...)
	}
	return told, errors.Join(failed...)
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
