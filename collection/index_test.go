package collection_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// withIDs makes a collection of these items.
func withIDs(tb failer, ids []collection.ItemID) collection.Collection {
	items := make([]collection.Item, len(ids))
	for i, id := range ids {
		items[i].ID = id
	}
	return ok(collection.New(collection.Header{ID: holiday, Author: anna}, collection.Body{Items: items}))(tb)
}

// idSets are ids as they may come: random, counters, and all but a few bytes
// alike at either end.
func idSets(n int) map[string][]collection.ItemID {
	sets := map[string][]collection.ItemID{}
	rng := rand.New(rand.NewPCG(4, 2))
	for i := range n {
		add := func(name string, fill func(id *collection.ItemID)) {
			var id collection.ItemID
			fill(&id)
			sets[name] = append(sets[name], id)
		}
		add("random", func(id *collection.ItemID) {
			binary.BigEndian.PutUint64(id[:], rng.Uint64())
			binary.BigEndian.PutUint64(id[8:], rng.Uint64())
		})
		add("common prefix", func(id *collection.ItemID) { binary.BigEndian.PutUint32(id[12:], uint32(i+1)) })
		add("common suffix", func(id *collection.ItemID) { binary.LittleEndian.PutUint32(id[:], uint32(i+1)) })
		add("in the middle", func(id *collection.ItemID) {
			binary.LittleEndian.PutUint32(id[6:], uint32(i+1))
			id[0], id[15] = 0xff, 0xff
		})
		add("twice the same half", func(id *collection.ItemID) {
			binary.LittleEndian.PutUint32(id[:], uint32(i+1))
			binary.LittleEndian.PutUint32(id[8:], uint32(i+1))
		})
	}
	return sets
}

func TestIndexFindsEveryItemAndNoOther(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 2_000
	}
	for name, ids := range idSets(n) {
		c := withIDs(t, ids)
		for i, id := range ids {
			if at, found := c.Index(id); !found || at != i {
				t.Fatalf("%s: item %d is found at %d, %v", name, i, at, found)
			}
			absent := id
			absent[3] ^= 0x80
			if at, found := c.Index(absent); found || at != 0 {
				t.Fatalf("%s: an absent item is found at %d", name, at)
			}
		}
		if rank, found := c.Label(collection.ItemID{0xab, 5: 0xcd, 9: 1}); found || rank != label.Pending {
			t.Errorf("%s: absent: %v, %v", name, rank, found)
		}
		if err := c.Validate(); err != nil {
			t.Error(name, err)
		}
	}
	empty := withIDs(t, nil)
	if _, found := empty.Index(itemID(0)); found || empty.Validate() != nil {
		t.Error("an empty collection has an item")
	}
}

// TestIndexSize: the index takes 6.4 bytes an item, once, and is
// shared with the collections made from this one.
func TestIndexSize(t *testing.T) {
	const n, slack = 50_000, 16 << 10 // a slice is rounded up to a size class
	data := bytesOf(t, withIDs(t, idSets(n)["random"]))
	c := ok(collection.Decode(data))(t)
	next := applied(t, c, ok(c.CompleteAll(anna))(t))
	if got := heapUse(func() { c.Index(itemID(0)) }); got > 7*n+slack {
		t.Errorf("the index takes %d bytes for %d items", got, n)
	}
	if got := heapUse(func() { next.Index(itemID(0)); ok(c.Edit(rename))(t).Label(itemID(1)) }); got > 400*n {
		t.Errorf("%d bytes", got)
	}
	if got := heapUse(func() { next.Index(itemID(0)) }); got > 1<<10 {
		t.Errorf("the index is built again: %d bytes", got)
	}
}

func rename(h *collection.Header, _ []collection.Item) { h.Title += "!" }

func TestIndexIsBuiltOnceByManyReaders(t *testing.T) {
	c := ok(collection.Decode(bytesOf(t, shared(t, 500, label.Flag, nil))))(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 500 {
				if at, found := c.Index(itemID(i)); !found || at != i {
					t.Errorf("item %d is found at %d", i, at)
				}
			}
			_ = c.Identity()
		})
	}
	wg.Wait()
}

// TestDuplicateIDs: New refuses them, Decode leaves them to Validate, and who
// looks one up finds the first.
func TestDuplicateIDs(t *testing.T) {
	items := []collection.Item{{ID: lake}, {ID: boat}, {ID: lake}, {ID: boat}}
	h := collection.Header{ID: holiday, Author: anna}
	_, err := collection.New(h, collection.Body{Items: items})
	wantErr(t, err, collection.ErrDuplicate)
	_, err = collection.New(h, collection.Body{Items: []collection.Item{{ID: lake}, {}}})
	wantErr(t, err, collection.ErrZero)

	c := ok(collection.Decode(rawCollection(lake, boat, lake, boat)))(t)
	wantErr(t, c.Validate(), collection.ErrDuplicate)
	if i, found := c.Index(boat); !found || i != 1 {
		t.Errorf("found at %d", i)
	}
	have := applied(t, c, ok(c.Complete(anna, lake))(t))
	wantRanks(t, have, label.Complete, label.Pending, label.Pending, label.Pending)
	wantErr(t, ok(collection.Decode(rawCollection(lake, collection.ItemID{})))(t).Validate(), collection.ErrZero)
}

// rawCollection is the encoding of a collection of items that New may refuse.
func rawCollection(ids ...collection.ItemID) []byte {
	fixed := wire.AppendBytes(wire.AppendUint(wire.AppendMap(nil, 3), 1), holiday[:])
	fixed = wire.AppendBytes(wire.AppendUint(fixed, 2), anna[:])
	fixed = wire.AppendBytesHead(wire.AppendUint(fixed, 6), 16*len(ids))
	for _, id := range ids {
		fixed = append(fixed, id[:]...)
	}
	return wire.AppendBytes(wire.AppendUint(wire.AppendMap(wire.AppendTag(nil, collection.Tag), 1), 1), fixed)
}

func TestDeriveItemID(t *testing.T) {
	sum := sha256.Sum256(append(append([]byte("glimpse item"), holiday[:]...), "IMG_0001.JPG"...))
	want := collection.ItemID(sum[:16])
	if got := collection.DeriveItemID(holiday, []byte("IMG_0001.JPG")); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	// printf 'glimpse item\001\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0IMG_0001.JPG' | sha256sum
	if got := collection.DeriveItemID(holiday, []byte("IMG_0001.JPG")).String(); got != "a6444747d0f4f90e162c792ba8f1702b" {
		t.Errorf("%v", got)
	}
	if collection.DeriveItemID(collection.ID{2}, []byte("IMG_0001.JPG")) == want || collection.DeriveItemID(holiday, nil) == want {
		t.Error("other names have the same id")
	}
}

func TestIDsAsText(t *testing.T) {
	id := collection.ItemID{0xab, 15: 1}
	const text = "ab000000000000000000000000000001"
	if id.String() != text {
		t.Error(id)
	}
	var back collection.ItemID
	if err := back.UnmarshalText([]byte(text)); err != nil || back != id {
		t.Error(back, err)
	}
	for _, bad := range []string{"", text[:31], text[:30], text + "00", "AB" + text[2:], "zz" + text[2:], "0x" + text[2:]} {
		var u collection.UserID
		if err := u.UnmarshalText([]byte(bad)); !errors.Is(err, collection.ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	name := collection.Name{Author: anna, ID: holiday}
	if name.String() != anna.String()+"/"+holiday.String() {
		t.Error(name)
	}
}

// TestCheck: the gate's answer is the label's, and an item that is not there is
// one of its own.
func TestCheck(t *testing.T) {
	c := shared(t, 3, label.Flag, nil)
	c = applied(t, c, ok(c.Complete(home, itemID(0)))(t), ok(c.Withdraw(itemID(2)))(t))
	gate := label.NewGate(nil, c.Kind(), c.Ladder())
	for _, test := range []struct {
		item   collection.ItemID
		right  label.Rights
		holder label.Holder
		want   error
	}{
		{itemID(0), label.Print, label.Holder{}, nil},
		{itemID(1), label.Print, label.Holder{}, label.ErrPending},
		{itemID(1), label.Print, label.Holder{Held: label.Hold(2)}, nil},
		{itemID(1), label.Reshare, label.Holder{Held: label.Hold(2), Author: true}, nil},
		{itemID(2), label.Fetch, label.Holder{}, label.ErrWithdrawn},
		{itemID(7), label.View, label.Holder{}, collection.ErrNoItem},
		{itemID(7), label.View, label.Holder{}, label.ErrNotFound},
	} {
		err := c.Check(gate, test.item, test.right, 2, test.holder)
		if !errors.Is(err, test.want) || test.want == nil && err != nil {
			t.Errorf("%v of %v: %v", test.right, test.item, err)
		}
		var at *collection.ItemError
		if test.want != nil && (!errors.As(err, &at) || at.Item != test.item || !errors.Is(err, label.ErrRefused)) {
			t.Errorf("%v of %v: %v does not name the item", test.right, test.item, err)
		}
	}
	if err := c.Check(&label.Gate{}, itemID(0), label.View, 0, label.Holder{}); err == nil {
		t.Error("the zero gate lets through")
	}
}

// TestLabels: whatever way labels are read, they are the same, and reading may stop anywhere.
func TestLabels(t *testing.T) {
	for _, kind := range []label.Kind{label.Flag, label.Degree} {
		c := shared(t, 1000, kind, nil)
		c = applied(t, c, ok(c.Complete(home, itemID(3), itemID(500), itemID(501), itemID(999)))(t))
		var last int
		for i, rank := range c.Labels() {
			id, want := c.At(i)
			if got, found := c.Label(id); i != last || rank != want || got != want || !found {
				t.Errorf("%v: item %d: %v by place, %v by id, want %v", kind, i, rank, got, want)
			}
			last++
		}
		for id, rank := range c.Items() {
			if got, _ := c.Label(id); got != rank {
				t.Errorf("%v: %v is %v, want %v", kind, id, rank, got)
			}
		}
		for i := range c.Labels() {
			if i == 300 {
				break
			}
		}
		if last != 1000 {
			t.Errorf("%v: %d labels", kind, last)
		}
	}
}
