package coretest_test

import (
	"runtime"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

// small is a collection with everything that can be sealed: both seals of the
// edition, updates of every role, a resolved address.
func (w *world) small() collection.Collection {
	w.tb.Helper()
	c := must(w.c.CoSign(ctx, w.people["hub"], later))(w.tb)
	c = must(c.Resolve(ctx, w.people["hub"], slices.Collect(c.Addresses())[0], dora, later))(w.tb)
	c = w.with(c, w.say("cleo", must(c.Complete(cleo, lake, boat))(w.tb), nil))
	u, err := c.TakeBack(hub, lake)
	c = w.with(c, w.say("hub", u, err))
	u, err = c.Withdraw(rain)
	return w.with(c, w.say("anna", u, err))
}

// flips calls test with data of which each bit in turn is the other one; in short it is every
// fifth one.
func flips(t *testing.T, data []byte, test func(bit int, data []byte)) {
	t.Helper()
	step := 1
	if testing.Short() {
		step = 5
	}
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wait.Go(func() {
			for bit := worker * step; bit < 8*len(data); bit += workers * step {
				flipped := slices.Clone(data)
				flipped[bit/8] ^= 1 << (bit % 8)
				test(bit, flipped)
			}
		})
	}
	wait.Wait()
}

// allBits wants that every change of a single bit of c fails verification, or
// that all that can be asked of the collection is answered as before.
func (w *world) allBits(t *testing.T, c collection.Collection) {
	t.Helper()
	w.checker.Memory = nil
	before := snapshot(t, w.verified(c))
	flips(t, must(c.MarshalBinary())(t), func(bit int, flipped []byte) {
		c, err := collection.Decode(flipped)
		if err != nil {
			return
		}
		if v, err := w.checker.Verify(ctx, c); err == nil && snapshot(t, v) != before {
			t.Errorf("bit %d of byte %d is trusted though it was changed", bit%8, bit/8)
		}
	})
}

func TestAnyBitOfACollection(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		w.allBits(t, w.with(w.c, w.say("cleo", must(w.c.Complete(cleo, lake, boat))(t), nil)))
	})
}

func TestAnyBitOfACollectionWithAllThatCanBeSealed(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	w.allBits(t, w.small())
}

func TestAnyBitOfACollectionWithARevokedUpdate(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	c := w.with(w.c, w.say("cleo", must(w.c.Complete(cleo, lake, boat))(t), nil))
	w.ring.Revoke(w.key("cleo"))
	w.allBits(t, c)
}

// Every single bit of an update: it is refused, or joins as it did before.
func TestAnyBitOfAnUpdate(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		w.checker.Memory = nil
		v := w.verified(w.c)
		takeBack, err := w.c.TakeBack(hub, lake)
		withdraw, err2 := w.c.Withdraw(rain)
		for _, u := range []collection.Update{
			w.say("cleo", must(w.c.Complete(cleo, lake, rain))(t), nil), w.say("hub", takeBack, err), w.say("anna", withdraw, err2),
		} {
			next, _, err := v.Apply(ctx, u)
			must0(t, err)
			before := snapshot(t, next)
			flips(t, must(u.MarshalBinary())(t), func(bit int, flipped []byte) {
				u, err := collection.DecodeUpdate(flipped)
				if err != nil {
					return
				}
				if next, _, err := v.Apply(ctx, u); err == nil && snapshot(t, next) != before {
					t.Errorf("bit %d of byte %d is trusted though it was changed", bit%8, bit/8)
				}
			})
		}
	})
}

// Any few bytes of a collection of any kind, changed in any way.
func TestAnyBytesOfACollection(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	w.checker.Memory = nil
	data := must(w.small().MarshalBinary())(t)
	before := snapshot(t, w.verified(w.small()))
	rapid.Check(t, func(t *rapid.T) {
		changed := slices.Clone(data)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			changed[rapid.IntRange(0, len(data)-1).Draw(t, "place")] = rapid.Byte().Draw(t, "byte")
		}
		c, err := collection.Decode(changed)
		if err != nil {
			return
		}
		if v, err := w.checker.Verify(ctx, c); err == nil && snapshot(w.tb, v) != before {
			t.Errorf("%x is trusted", changed)
		}
	})
}
