package collection_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"pgregory.net/rapid"
)

// liar makes an update that nobody honest makes: any ranks that its issuer may say, sealed
// with any of many keys, whatever the key has said before.
func (d dice) liar(tb failer, c collection.Collection, keys int) collection.Update {
	by := []collection.UserID{anna, theHub, home, home, tower}[d(5)]
	levels := []label.Rank{0, 0, label.Complete, rankOf(1, label.Pending), rankOf(1, label.Complete), rankOf(2, label.Complete)}
	if by == anna {
		levels = append(levels, label.Withdrawn)
	}
	same := levels[d(len(levels))]
	u := edited(tb, ok(c.CompleteAll(by))(tb), c, func(w *wireUpdate) {
		for i := range w.ranks {
			if w.ranks[i] = same; d(2) == 0 {
				w.ranks[i] = levels[d(len(levels))]
			}
		}
	})
	if keys == 0 {
		return u
	}
	key := toyKey{collection.KeyID{byte(d(keys))}}
	return ok(u.Sign(bg, key, dawn.Add(time.Duration(d(2))*time.Second)))(tb)
}

// TestLiarsJoinInAnyOrder: with sums that are equal, moments that are, and more keys than are
// carried, what is carried does not depend on the order, and bounds hold.
func TestLiarsJoinInAnyOrder(t *testing.T) {
	for _, keys := range []int{0, 2, 20} {
		rapid.Check(t, func(t *rapid.T) {
			d := drawn(t)
			c := shared(t, 1+d(3), label.Flag, nil)
			said := make([]collection.Update, 3+d(60))
			for i := range said {
				said[i] = d.liar(t, c, keys)
			}
			third := len(said) / 3
			x, y, z := applied(t, c, said[:third]...), applied(t, c, said[third:2*third]...), applied(t, c, said[2*third:]...)
			d.lattice(t, x, y, z)
			all := applied(t, c, said...)
			if !bytes.Equal(bytesOf(t, all), bytesOf(t, merged(t, merged(t, z, y), x))) {
				t.Fatal("one by one and all at once differ")
			}
			if again := ok(collection.Decode(bytesOf(t, all)))(t); !again.Equal(all) || !slices.Equal(ranks(again), ranks(all)) {
				t.Fatal("what is carried is decoded to something else")
			}
			checkBounds(t, all)
		})
	}
}

func checkBounds(t *rapid.T, c collection.Collection) {
	t.Helper()
	keys := map[collection.UserID]map[collection.KeyID]bool{}
	for u := range c.Updates() {
		of := keys[u.Issuer()]
		if of == nil {
			of = map[collection.KeyID]bool{}
			keys[u.Issuer()] = of
		}
		if of[u.Key()] || len(of) == 16 {
			t.Fatalf("an update too many of %v", u.Issuer())
		}
		of[u.Key()] = true
	}
}

// TestLiarsHarmNobody: whatever completers with many keys say, the author's and the
// authority's words, and those of the other completer, are carried as if they were not there.
func TestLiarsHarmNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		c := shared(t, 4, label.Flag, nil)
		honest := applied(t, c, signed(t, ok(c.Withdraw(itemID(0)))(t), dawn), signed(t, ok(c.Complete(theHub, itemID(1)))(t), dawn),
			signed(t, ok(c.Complete(tower, itemID(2)))(t), dawn))
		mixed := honest
		for range 30 {
			if u := d.liar(t, c, 40); u.Issuer() == home {
				mixed = applied(t, mixed, u)
			}
		}
		for u := range honest.Updates() {
			if _, changed, err := mixed.Apply(u); changed || err != nil {
				t.Fatalf("%v lost an update", u.Issuer())
			}
		}
		for i, rank := range ranks(honest)[:3] {
			if _, have := mixed.At(i); have != rank {
				t.Fatalf("item %d shows %v, not %v", i, have, rank)
			}
		}
	})
}

// TestAKeySaysAll: what a key says next says all that it has said before, and the updates of
// a station that completes item by item are one.
func TestAKeySaysAll(t *testing.T) {
	c := shared(t, 300, label.Flag, nil)
	for i := range 300 {
		c = applied(t, c, signed(t, ok(c.Complete(home, itemID(i)))(t), dawn))
	}
	if n := len(slices.Collect(c.Updates())); n != 1 || c.Labelled() != 0 {
		t.Fatalf("%d updates, %d labelled", n, c.Labelled())
	}
	// Another station of the same user speaks for itself, and takes the word over of a key
	// that is its own no more.
	other := toyKey{collection.KeyID{7}}
	d := ok(ok(c.Complete(home, itemID(1)))(t).Sign(bg, other, dawn))(t)
	if n := mentions(d); n != 1 {
		t.Errorf("another key says %d items", n)
	}
	d = ok(ok(c.Restate(home, keyOf(home).ID()))(t).Sign(bg, other, dawn))(t)
	if n := mentions(d); n != 300 || d.Key() != other.id {
		t.Errorf("the key that follows says %d items", n)
	}
}

func mentions(u collection.Update) (n int) {
	for range u.Labels() {
		n++
	}
	return n
}

// TestWordsMeet: two words of one key, neither of which says all, are joined to one that does.
func TestWordsMeet(t *testing.T) {
	c := shared(t, 3, label.Flag, nil)
	first := signed(t, ok(c.Complete(home, itemID(0)))(t), dawn)
	second := signed(t, ok(c.Complete(home, itemID(1), itemID(2)))(t), dawn)
	wantRanks(t, inEveryOrder(t, c, first, second), 0, label.Complete, label.Complete)
	if first.Covers(second) || second.Covers(first) {
		t.Error("one covers the other")
	}
	both := signed(t, ok(first.Join(second))(t), dawn)
	if !both.Covers(first) || !both.Covers(second) {
		t.Error("it does not say all")
	}
	wantRanks(t, inEveryOrder(t, c, first, second, both), label.Complete, label.Complete, label.Complete)
	_, err := first.Join(signed(t, ok(c.Complete(tower, itemID(1)))(t), dawn))
	wantErr(t, err, collection.ErrNotAuthorised)
	other := shared(t, 3, label.Flag, func(h *collection.Header, _ *collection.Body) { h.ID = collection.ID{2} })
	_, err = first.Join(ok(other.Complete(home))(t))
	wantErr(t, err, collection.ErrOtherCollection)
}

// TestAnUpdateThatNamesAnothersKey: it would take that key's place, and is refused before.
func TestAnUpdateThatNamesAnothersKey(t *testing.T) {
	c := sealedBy(t, shared(t, 2, label.Flag, nil), anna)
	c = applied(t, c, signed(t, ok(c.Complete(home, itemID(0)))(t), dawn))
	v := ok(collection.Verify(bg, newRing(), c))(t)
	forged := ok(ok(c.CompleteAll(home))(t).Sign(bg, impostor{keyOf(home), keyOf(mallory)}, dawn))(t)
	_, changed, err := v.Apply(bg, forged)
	wantErr(t, err, collection.ErrSeal)
	if changed {
		t.Error("it was joined")
	}
	if _, _, err := v.Merge(bg, applied(t, c, forged)); err == nil {
		t.Error("it was merged")
	}
}

// An impostor names one key and seals with another.
type impostor struct{ named, key toyKey }

func (i impostor) ID() [32]byte { return i.named.id }

func (i impostor) Sign(ctx context.Context, typ string, statement []byte) ([]byte, error) {
	seal, err := i.key.Sign(ctx, typ, statement)
	copy(seal[4:], i.named.id[:])
	return seal, err
}
