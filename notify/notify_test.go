package notify_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

var (
	ann, bob, eve = collection.UserID{1}, collection.UserID{2}, collection.UserID{3}
	authority     = collection.KeyID{9}
)

type noSeal struct{}

func (noSeal) Sign(context.Context, string, []byte) ([]byte, error) { return []byte("seal"), nil }

func (noSeal) ID() [32]byte { return [32]byte{} }

func picnic(items int) collection.Collection {
	b := collection.Body{Recipients: []collection.UserID{bob, eve, ann}}
	for i := range items {
		b.Items = append(b.Items, collection.Item{ID: collection.ItemID{byte(i), 1}})
	}
	c, err := collection.New(collection.Header{ID: collection.ID{5}, Author: ann, Authority: authority, Created: time.UnixMilli(1), Title: "Picnic"}, b)
	if err != nil {
		panic(err)
	}
	return c
}

// complete is c with the authority's word that some items are complete.
func complete(c collection.Collection, ids ...collection.ItemID) collection.Collection {
	u, err := c.Complete(collection.UserID{}, ids...)
	if err == nil {
		u, err = u.Sign(context.Background(), noSeal{}, time.Unix(1, 0))
	}
	if err != nil {
		panic(err)
	}
	c, _, err = c.Apply(u)
	if err != nil {
		panic(err)
	}
	return c
}

// A recipient is told twice: when the collection is shared, and when its
// originals are there.
func Example() {
	c := picnic(2)
	for _, step := range []struct {
		c      collection.Collection
		reason notify.Reason
	}{
		{c, notify.Shared},
		{complete(c, collection.ItemID{0, 1}), notify.Available},
		{complete(c, collection.ItemID{0, 1}, collection.ItemID{1, 1}), notify.Available},
	} {
		n, err := notify.Make(step.c, step.reason, "https://hub.example.org/c/1")
		fmt.Println(n.Title, n.Items, n.Labelled, err)
		fmt.Println(n.Note)
	}
	fmt.Println(len(notify.Due(c)), "recipients")
	// Output:
	// Picnic 2 2 <nil>
	// Previews come first; you will hear again when the full versions are there.
	// Picnic 2 1 <nil>
	// 1 of 2 items are there in full; you will hear again of the others.
	// Picnic 2 0 <nil>
	// All items are there in full.
	// 2 recipients
}

func TestIDTellsNewsFromRepeats(t *testing.T) {
	c := picnic(2)
	newer := complete(c, collection.ItemID{0, 1})
	edited, err := c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "other" })
	if err != nil {
		t.Fatal(err)
	}
	seen := map[notify.ID]string{}
	for name, k := range map[string]struct {
		c  collection.Collection
		to collection.UserID
	}{"first": {c, bob}, "to another": {c, eve}, "newer": {newer, bob}, "edited": {edited, bob}} {
		id := makeFor(t, k.c, k.to).ID
		if other, ok := seen[id]; ok {
			t.Errorf("%s has the ID of %s", name, other)
		}
		seen[id] = name
		if makeFor(t, k.c, k.to).ID != id {
			t.Errorf("%s: the repeat has another ID", name)
		}
	}
}

func makeFor(t *testing.T, c collection.Collection, to collection.UserID) notify.Notification {
	n, err := notify.Make(c, notify.Available, "")
	if err != nil {
		t.Fatal(err)
	}
	availability, err := notify.Availability(c)
	if err != nil {
		t.Fatal(err)
	}
	if n = n.For(to, availability); n.To != to || n.Name() != c.Name() {
		t.Errorf("notification %+v", n)
	}
	return n
}

func TestCoalesceKeepsTheFirstWord(t *testing.T) {
	older, newer := notify.Notification{Reason: notify.Shared, Labelled: 9}, notify.Notification{Reason: notify.Available}
	if n := notify.Coalesce(older, newer); n.Reason != notify.Shared || n.Labelled != 0 {
		t.Errorf("got %+v", n)
	}
	if n := notify.Coalesce(newer, notify.Notification{Reason: notify.Lost}); n.Reason != notify.Lost {
		t.Errorf("got %+v", n)
	}
}

func TestLargeUpdatesAreLeftOut(t *testing.T) {
	c := picnic(2)
	n, err := notify.Make(complete(c, collection.ItemID{0, 1}), notify.Available, "")
	if err != nil || len(n.Updates) != 1 || len(n.Updates[0]) > notify.MaxUpdates {
		t.Errorf("%d updates, %v", len(n.Updates), err)
	}
	var ids []collection.ItemID
	many := manyItems(40_000)
	for id := range many.Items() {
		if id[0]%2 == 0 {
			ids = append(ids, id)
		}
	}
	n, err = notify.Make(complete(many, ids...), notify.Available, "")
	if err != nil || n.Updates != nil || n.Labelled == 0 {
		t.Errorf("%d updates, %v", len(n.Updates), err)
	}
}

func manyItems(items int) collection.Collection {
	b := collection.Body{}
	for i := range items {
		b.Items = append(b.Items, collection.Item{ID: collection.ItemID{byte(i * 7919 >> 3), byte(i), byte(i >> 8), 1}})
	}
	c, err := collection.New(collection.Header{ID: collection.ID{5}, Author: ann, Authority: authority, Created: time.UnixMilli(1)}, b)
	if err != nil {
		panic(err)
	}
	return c
}
