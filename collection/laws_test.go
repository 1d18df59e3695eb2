package collection_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"pgregory.net/rapid"
)

// dice chooses a number below n: drawn by rapid, or from a seeded generator
// where there are too many to draw.
type dice func(n int) int

func drawn(t *rapid.T) dice {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "dice") }
}

// some chooses places of c: none, one, a stretch or a random share.
func (d dice) some(c collection.Collection) []collection.ItemID {
	n := c.Len()
	switch d(4) {
	case 0:
		return itemIDs(d(n))
	case 1:
		from := d(n)
		places := make([]int, d(n-from)+1)
		for k := range places {
			places[k] = from + k
		}
		return itemIDs(places...)
	}
	rng, share := rand.New(rand.NewPCG(uint64(d(1<<20)), 1)), d(9)+1
	var places []int
	for i := range n {
		if rng.IntN(10) < share {
			places = append(places, i)
		}
	}
	return itemIDs(places...)
}

// say makes an update of any sort from what c shows.
func (d dice) say(tb failer, c collection.Collection) collection.Update {
	anybody := []collection.UserID{anna, theHub, home, tower, home}[d(5)]
	opener := []collection.UserID{anna, theHub}[d(2)]
	var u collection.Update
	var err error
	switch d(8) {
	case 0:
		u, err = c.TakeBack(opener, d.some(c)...)
	case 1:
		u, err = c.Withdraw(d.some(c)...)
	case 2:
		u, err = c.CompleteAll(anybody)
	case 3:
		u, err = c.Restate(anybody, keyOf(anybody).ID())
	case 4:
		level := 0
		if c.Kind() == label.Degree {
			level = d(len(c.Ladder()))
		}
		u, err = c.Advance(anybody, level, d.some(c)...)
	default:
		u, err = c.Complete(anybody, d.some(c)...)
	}
	if err != nil {
		tb.Fatal(err)
	}
	if d(3) > 0 {
		u = signed(tb, u, dawn.Add(time.Duration(d(4))*time.Second))
	}
	return u
}

// history makes updates that were said at three stations, which heard of one
// another now and then.
func (d dice) history(tb failer, c collection.Collection, length int) (us []collection.Update) {
	stations := []collection.Collection{c, c, c}
	for range length {
		k := d(len(stations))
		u := d.say(tb, stations[k])
		us = append(us, u)
		stations[k] = applied(tb, stations[k], u)
		if d(3) == 0 {
			stations[k] = merged(tb, stations[k], stations[d(len(stations))])
		}
	}
	return us
}

// heardInOrder delivers updates one by one in some order, with repetitions, and
// then all of them at once: what was lost comes later.
func (d dice) heardInOrder(tb failer, c collection.Collection, us []collection.Update) collection.Collection {
	order := rand.New(rand.NewPCG(uint64(d(1<<30)), 2)).Perm(len(us))
	for _, k := range order {
		if d(4) == 0 {
			continue // lost
		}
		for range 1 + d(2) {
			before := bytesOf(tb, c)
			next, changed, err := c.Apply(us[k])
			if err != nil || changed == bytes.Equal(before, bytesOf(tb, next)) {
				tb.Fatalf("changed is %v, and so are the bytes not: %v", changed, err)
			}
			c = next
		}
	}
	for _, k := range slices.Backward(order) {
		c = applied(tb, c, us[k])
	}
	return c
}

// converge checks that updates end in the same bytes however they come.
func (d dice) converge(tb failer, c collection.Collection, us []collection.Update, times int) {
	tb.Helper()
	once := applied(tb, c, us...)
	want := bytesOf(tb, once)
	for range times {
		if got := d.heardInOrder(tb, c, us); !bytes.Equal(want, bytesOf(tb, got)) || !got.Equal(once) ||
			!slices.Equal(ranks(got), ranks(once)) {
			tb.Fatalf("one order ends in %v, another in %v", ranks(once), ranks(got))
		}
	}
	// A receiver's state is worked out anew from the proof.
	again := ok(collection.Decode(want))(tb)
	if !slices.Equal(ranks(again), ranks(once)) {
		tb.Fatal("the decoded proof shows other labels")
	}
}

func TestAnyOrderLossAndRepetitionConverge(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			d := drawn(t)
			c := shared(t, 1+d(12), kind, nil)
			d.converge(t, c, d.history(t, c, 1+d(12)), 2)
		}))
	}
}

// TestLargeCollectionsConverge does the same at sizes where labels are packed in
// many words and in every form.
func TestLargeCollectionsConverge(t *testing.T) {
	sizes := []int{1_000, 40_000}
	if testing.Short() {
		sizes = []int{1_000, 4_001}
	}
	for _, kind := range kinds {
		for _, n := range sizes {
			t.Run(fmt.Sprint(kind, "/", n), func(t *testing.T) {
				d := dice(rand.New(rand.NewPCG(uint64(kind), uint64(n))).IntN)
				c := shared(t, n, kind, nil)
				us := d.history(t, c, 10)
				d.converge(t, c, us, 1)
				d.lattice(t, d.replica(t, c, us), d.replica(t, c, us), d.replica(t, c, us))
			})
		}
	}
}

// replica is a copy that some of the updates and some editions, seals and
// resolved addresses reached.
func (d dice) replica(tb failer, c collection.Collection, us []collection.Update) collection.Collection {
	for _, u := range us {
		if d(2) == 0 {
			c = applied(tb, c, u)
		}
	}
	for range d(3) {
		c = ok(c.Edit(func(h *collection.Header, items []collection.Item) {
			h.Title = fmt.Sprint("title ", d(3))
			items[d(len(items))].Caption = fmt.Sprint("caption ", d(2))
			items[d(len(items))].Digests = []collection.Digest{{1}}
			i := d(len(items))
			items[i].Preview = [][]byte{nil, {byte(i)}, {byte(i)}}[d(3)]
		}))(tb)
	}
	if d(2) == 0 {
		c = ok(c.Sign(bg, toyKey{collection.KeyID{byte(d(2))}}, dawn.Add(time.Duration(d(3))*time.Second)))(tb)
	}
	if d(2) == 0 {
		c = ok(c.CoSign(bg, keyOf(theHub), dawn.Add(time.Duration(d(3))*time.Second)))(tb)
	}
	for range d(2) * d(12) {
		c = ok(c.End(bg, toyKey{collection.KeyID{byte(d(20))}}, dawn.Add(time.Duration(d(3))*time.Second)))(tb)
	}
	if c.Ended() {
		return c
	}
	for a := range c.Addresses() {
		if d(2) == 0 {
			user := collection.UserID{byte(1 + d(2))}
			c = ok(c.Resolve(bg, keyOf(theHub), a, user, dawn.Add(time.Duration(d(3))*time.Second)))(tb)
		}
		if d(2) == 0 {
			key := toyKey{collection.KeyID{byte(d(3))}}
			c = ok(c.Accept(bg, key, a, collection.UserID{byte(1 + d(2))}, dawn.Add(time.Duration(d(3))*time.Second)))(tb)
		}
	}
	return c
}

// lattice checks the laws of Merge by the bytes.
func (d dice) lattice(tb failer, x, y, z collection.Collection) {
	tb.Helper()
	xy, yx := merged(tb, x, y), merged(tb, y, x)
	left, right := merged(tb, xy, z), merged(tb, x, merged(tb, y, z))
	for _, law := range []struct {
		name string
		a, b collection.Collection
	}{
		{"commutative", xy, yx}, {"associative", left, right}, {"idempotent", x, merged(tb, x, x)},
		{"absorbing", xy, merged(tb, xy, y)}, {"upper bound", left, merged(tb, y, left)},
	} {
		if !bytes.Equal(bytesOf(tb, law.a), bytesOf(tb, law.b)) || !slices.Equal(ranks(law.a), ranks(law.b)) {
			tb.Fatalf("merge is not %s", law.name)
		}
	}
	// Merge joins no more than the updates do.
	if applied := applied(tb, x, slices.Collect(y.Updates())...); !slices.Equal(ranks(applied), ranks(xy)) {
		tb.Fatal("applying the updates shows other labels than merging")
	}
}

func TestMergeIsALattice(t *testing.T) {
	addresses := []collection.Address{{1}, {2}}
	for _, kind := range kinds {
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			d := drawn(t)
			c := shared(t, 1+d(6), kind, func(_ *collection.Header, b *collection.Body) { b.Addresses = addresses })
			us := d.history(t, c, d(8))
			d.lattice(t, d.replica(t, c, us), d.replica(t, c, us), d.replica(t, c, us))
		}))
	}
}

// TestApplyIsAllOrNothing mixes one update that does not fit among good ones, at
// every place.
func TestApplyIsAllOrNothing(t *testing.T) {
	c := shared(t, 4, label.Flag, nil)
	good := []collection.Update{
		ok(c.Complete(anna, itemID(0)))(t), ok(c.Withdraw(itemID(1)))(t), ok(c.Complete(home, itemID(2)))(t),
	}
	other := shared(t, 4, label.Flag, func(h *collection.Header, _ *collection.Body) { h.ID = collection.ID{2} })
	otherKind := shared(t, 4, label.Degree, nil)
	for _, bad := range []struct {
		name string
		u    collection.Update
		want error
	}{
		{"another collection", ok(other.Complete(anna, itemID(0)))(t), collection.ErrOtherCollection},
		{"another kind of collection", ok(otherKind.Advance(anna, 1, itemID(0)))(t), collection.ErrOtherCollection},
		{"another kind of label", edited(t, good[0], c, func(u *wireUpdate) { u.kind = label.Boolean }), collection.ErrOtherKind},
		{"a stranger", edited(t, good[0], c, func(u *wireUpdate) { u.issuer = mallory }), collection.ErrNotAuthorised},
		{"a completer withdraws", edited(t, good[0], c, func(u *wireUpdate) { u.issuer, u.ranks = home, []label.Rank{15, 0, 0, 0} }), collection.ErrNotAuthorised},
		{"the authority withdraws", edited(t, good[0], c, func(u *wireUpdate) { u.issuer, u.ranks = theHub, []label.Rank{15, 0, 0, 0} }), collection.ErrNotAuthorised},
		{"a degree", edited(t, good[0], c, func(u *wireUpdate) { u.ranks = []label.Rank{1, 0, 0, 0} }), collection.ErrRank},
		{"more items", edited(t, good[0], c, func(u *wireUpdate) { u.ranks = make([]label.Rank, 5); u.ranks[0] = 14 }), collection.ErrOtherCollection},
		{"no collection", collection.Update{}, collection.ErrOtherCollection},
	} {
		for at := range len(good) + 1 {
			next, changed, err := c.Apply(slices.Insert(slices.Clone(good), at, bad.u)...)
			if !errors.Is(err, bad.want) || changed || !next.Equal(c) {
				t.Errorf("%s at %d: changed %v, %v", bad.name, at, changed, err)
			}
		}
	}
	if _, changed, err := c.Apply(); changed || err != nil {
		t.Error("no updates:", changed, err)
	}
}
