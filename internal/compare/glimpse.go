package main

import (
	"bytes"
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// header and body say in the SDK's words what the data is.
func (d *data) header() collection.Header {
	return collection.Header{
		ID: d.id, Author: d.author, Title: d.title,
		Created: time.UnixMilli(d.created).UTC(),
	}
}

func (d *data) body() collection.Body {
	b := d.bodyWithoutItems()
	b.Items = make([]collection.Item, len(d.ids))
	for i, id := range d.ids {
		b.Items[i].ID = id
	}
	return b
}

func (d *data) bodyWithoutItems() (b collection.Body) {
	if d.state == degreesAtRandom {
		b.Kind = label.Degree
	}
	for _, id := range d.recipients {
		b.Recipients = append(b.Recipients, id)
	}
	return b
}

// collect makes the collection of the data: all pending at first, then with
// one update by its author that says what is there.
func collect(d *data) collection.Collection {
	c := must(collection.New(d.header(), d.body()))
	switch d.state {
	case allPending:
		return c
	case allComplete:
		return applied(c, must(c.CompleteAll(c.Author())))
	}
	updates := d.updates(c)
	all := updates[0]
	for _, u := range updates[1:] {
		all = must(all.Join(u))
	}
	return applied(c, all)
}

// otherKey signs nothing: it names a key that is not the one of no seal.
type otherKey struct{}

func (otherKey) ID() [32]byte { return [32]byte{1} }

func (k otherKey) Sign(context.Context, string, []byte) ([]byte, error) {
	key := k.ID()
	return append(append([]byte{0xd2, 0x84, 0x58, 0x20}, key[:]...), 0xa0, 0xf6, 0x40), nil
}

// byAnother is a collection of which another key has said what was said.
func byAnother(c collection.Collection) collection.Collection {
	said := c.WithoutUpdates()
	for u := range c.Updates() {
		said = applied(said, must(u.Sign(context.Background(), otherKey{}, time.Time{})))
	}
	return said
}

func applied(c collection.Collection, updates ...collection.Update) collection.Collection {
	next, _, err := c.Apply(updates...)
	return must(next, err)
}

// updates say which items are complete and which ones have reached a level.
func (d *data) updates(c collection.Collection) []collection.Update {
	byMissing := make([][]collection.ItemID, d.state.versions())
	for i, id := range d.ids {
		if missing := int(d.missing[i]); missing < len(byMissing) {
			byMissing[missing] = append(byMissing[missing], collection.ItemID(id))
		}
	}
	updates := []collection.Update{must(c.Complete(c.Author(), byMissing[0]...))}
	for i, ids := range byMissing[1:] {
		level := len(byMissing) - 1 - i
		updates = append(updates, must(c.Advance(c.Author(), level, ids...)))
	}
	return updates
}

// decodeSubjects decode what b holds, once keeping it and once copying it.
func decodeSubjects(d *data, suffix string, b []byte) []*subject {
	n := len(d.ids)
	keep := timed(sdk, "decode"+suffix, n, len(b), func() {
		c, err := collection.Decode(b)
		decoded = must(c, err)
	})
	keep.heap = func() int {
		return held(func() any { return must(collection.Decode(bytes.Clone(b))) })
	}
	copied := timed(sdk, "decode-copy"+suffix, n, len(b), func() {
		var c collection.Collection
		if err := c.UnmarshalBinary(b); err != nil {
			panic(err)
		}
		decoded = c
	})
	copied.heap = keep.heap
	return []*subject{keep, copied}
}

// decoded keeps what was decoded last, as a sink that costs no allocation.
var decoded collection.Collection

func encodeSubject(d *data) *subject {
	c := collect(d)
	size := len(must(c.MarshalBinary()))
	return timed(sdk, "encode", len(d.ids), size, func() { sink.bytes = must(c.AppendBinary(nil)) })
}

// lookupSubjects find the labels of items by their ids, and the places alone.
// The heap is what the first look-up adds.
func lookupSubjects(d *data, suffix string) []*subject {
	c := collect(d)
	label := lookupSubject(d, "lookup"+suffix, func(id collection.ItemID) int {
		rank, _ := c.Label(id)
		return int(rank)
	})
	place := lookupSubject(d, "lookup-place"+suffix, func(id collection.ItemID) int {
		i, _ := c.Index(id)
		return i
	})
	label.heap = func() int { return indexHeap(must(c.MarshalBinary())) }
	return []*subject{label, place}
}

func lookupSubject(d *data, op string, find func(collection.ItemID) int) *subject {
	ids := newQueries(d)
	s := timed(sdk, op, len(d.ids), 0, func() {
		sum := 0
		for _, id := range ids.next() {
			sum += find(id)
		}
		sink.sum += sum
	})
	s.times = ids.batch
	return s
}

func indexHeap(b []byte) int {
	c := must(collection.Decode(b))
	c.At(0)
	before := live()
	c.Label(collection.ItemID{})
	grown := live() - before
	decoded = c
	return grown
}

// joinSubjects merge two states, and apply an update of one item to the first.
func joinSubjects(a, b *data) []*subject {
	x, y := collect(a), byAnother(collect(b))
	u := must(x.Complete(x.Author(), a.pendingItem()))
	join := timed(sdk, "join", len(a.ids), 0, func() {
		c, _, err := x.Merge(y)
		decoded = must(c, err)
		decoded.At(0) // the labels are joined when they are read
	})
	apply := timed(sdk, "apply", len(a.ids), 0, func() {
		c, _, err := x.Apply(u)
		decoded = must(c, err)
		decoded.At(0)
	})
	return []*subject{join, apply}
}

// pendingItem is a labelled item from the middle on, or else the first item.
func (d *data) pendingItem() collection.ItemID {
	for i := len(d.ids) / 2; i < len(d.ids); i++ {
		if d.missing[i] != 0 {
			return d.ids[i]
		}
	}
	return d.ids[0]
}
