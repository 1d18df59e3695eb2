package coretest_test

import (
	"errors"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

const (
	pending   = label.Pending
	complete  = label.Complete
	withdrawn = label.Withdrawn
	lost      = label.Rank(16) // pending, in the generation after the first
)

// Without its updates a collection is all pending, which opens nothing that was
// closed from the start.
func TestAllUpdatesStripped(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := w.with(w.c, w.say("anna", must(w.c.CompleteAll(anna))(t), nil))
		if v := w.verified(c); v.Collection().Labelled() != 0 {
			t.Fatal(labels(v))
		}
		v := w.verified(edited(t, c, func(d *document) { delete(d.parts, partUpdates) }))
		wantLabels(t, v, pending, pending, pending)
		gate := label.NewGate(nil, v.Collection().Kind(), v.Collection().Ladder())
		if err := v.Collection().Check(gate, lake, label.Fetch, 2, label.Holder{}); !errors.Is(err, label.ErrPending) {
			t.Errorf("fetching an original of a stripped collection: %v", err)
		}
		wantLabels(t, must(w.reached(v, c))(t), complete, complete, complete) // and it heals
	})
}

func (w *world) reached(v collection.Verified, c collection.Collection) (collection.Verified, error) {
	next, _, err := v.Merge(ctx, c)
	return next, err
}

// A completer with a good key, or anybody with a known one, cannot speak as the
// author, and what covers the author's words does not take their place.
func TestHostileUpdateThatClaimsToReplaceTheAuthors(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		u, err := w.c.Withdraw(rain)
		v := w.verified(w.with(w.c, w.say("anna", u, err)))
		all := must(w.c.CompleteAll(cleo))(t)

		for _, name := range []string{"cleo", "evil"} {
			w.refusedUpdate(v, w.sealUpdate(name, saying(t, all, anna, uint64(withdrawn)), later), collection.ErrNotAuthorised)
			w.refusedUpdate(v, w.sealUpdate(name, saying(t, all, hub, uint64(complete)), later), collection.ErrNotAuthorised)
		}
		mine := w.sealUpdate("cleo", all, later)
		w.refusedUpdate(v, editedUpdate(t, mine, func(f fields) { f[updateIssuer] = anna[:] }), signature.ErrBadSeal)

		next, changed, err := v.Apply(ctx, mine)
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		wantLabels(t, next, complete, complete, withdrawn)
		if n := len(next.Report().Updates); n != 2 {
			t.Errorf("%d updates: the author's is not there any more", n)
		}
	})
}

// A completer that repeats what another said does not take its place, so that
// the other's words stand when its key is revoked.
func TestCompleterRevokedAfterOthersWereCompacted(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		for _, step := range []struct {
			name string
			u    collection.Update
		}{
			{"cleo", must(w.c.Complete(cleo, lake))(t)},
			{"dora", must(w.c.CompleteAll(dora))(t)},
		} {
			next, changed, err := v.Apply(ctx, w.sealUpdate(step.name, step.u, later))
			if err != nil || !changed {
				t.Fatal(changed, err)
			}
			v = next
		}
		w.ring.Revoke(w.key("dora"))
		wantLabels(t, w.verified(v.Collection()), complete, pending, pending)
	})
}

// What the authority validated stands, whoever's key is revoked later.
func TestCompleterRevokedAfterValidation(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := w.with(w.c, w.say("cleo", must(w.c.Complete(cleo, lake))(t), nil), w.say("dora", must(w.c.Complete(dora, boat))(t), nil))
		c = w.with(c, w.say("hub", must(c.Restate(hub))(t), nil), w.say("hub", must(c.CompleteAll(hub))(t), nil))
		w.ring.Revoke(w.key("cleo"))
		w.ring.Revoke(w.key("dora"))
		v := w.verified(c)
		wantLabels(t, v, complete, complete, complete)
		if n := len(v.Report().Updates); n != 1 {
			t.Errorf("%d updates, want the validation only", n)
		}
	})
}

// An old update never brings a label back: it is a success that changes nothing.
func TestLabelAddedBackFromAnOldUpdate(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		old := w.say("anna", must(w.c.Complete(anna, boat))(t), nil)
		v := w.verified(w.with(w.c, w.say("anna", must(w.c.CompleteAll(anna))(t), nil)))
		before, remembered := snapshot(t, v), w.memory.copy()
		next, changed, err := v.Apply(ctx, old)
		if err != nil || changed || snapshot(t, next) != before || !maps.Equal(remembered, w.memory.copy()) {
			t.Errorf("changed %v, %v", changed, err)
		}
		// Even by the author's own hand: pending is the least there is.
		nothing := w.sealUpdate("anna", must(w.c.Complete(anna))(t), later)
		if next, changed, err = v.Apply(ctx, nothing); err != nil || changed || snapshot(t, next) != before {
			t.Errorf("changed %v, %v", changed, err)
		}
	})
}

// A completion from before a take-back cannot undo it.
func TestOldCompletionAfterATakeBack(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		done := w.say("cleo", must(w.c.Complete(cleo, lake, boat))(t), nil)
		c := w.with(w.c, done)
		u, err := c.TakeBack(hub, lake)
		v := w.verified(w.with(w.c, w.say("hub", u, err)))
		next, changed, err := v.Apply(ctx, done)
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		wantLabels(t, next, lost, complete, pending)
	})
}

func TestUpdateForAnotherCollection(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		h := w.header()
		h.ID = collection.ID{0x02}
		other := must(collection.New(h, w.body()))(t)
		u := w.say("anna", must(other.CompleteAll(anna))(t), nil)
		v := w.verified(w.c)
		w.refusedUpdate(v, u, collection.ErrOtherCollection)
		identity := w.c.Identity()
		w.refusedUpdate(v, editedUpdate(t, u, func(f fields) { f[updateIdentity] = identity[:] }), signature.ErrBadSeal)
		w.refused(edited(t, w.c, func(d *document) {
			d.parts[partUpdates] = takeApart(t, w.with(other, u)).updates()
		}), signature.ErrBadSeal)
	})
}

func TestUpdateForAnotherAuthorsCollectionOfTheSameID(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		h := w.header()
		h.Author = evil
		b := w.body()
		b.Completers = append(b.Completers, anna) // the same people may speak
		other := must(collection.New(h, b))(t)
		v := w.verified(w.c)
		for _, by := range []collection.UserID{anna, cleo, hub} {
			name := map[collection.UserID]string{anna: "anna", cleo: "cleo", hub: "hub"}[by]
			w.refusedUpdate(v, w.say(name, must(other.CompleteAll(by))(t), nil), collection.ErrOtherCollection)
		}
	})
}

func TestUpdateOfAnotherKind(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		u := w.say("anna", must(w.c.CompleteAll(anna))(t), nil)
		for _, kind := range []label.Kind{label.Boolean, label.Degree} {
			w.refusedUpdate(v, editedUpdate(t, u, func(f fields) { f[updateKind] = uint64(kind) }), collection.ErrOtherKind)
			b := w.body()
			b.Kind = kind
			other := must(collection.New(w.header(), b))(t)
			w.refusedUpdate(v, w.say("anna", must(other.CompleteAll(anna))(t), nil), collection.ErrOtherCollection)
		}
		level := saying(t, u, anna, 1) // a level that a flag does not have
		w.refusedUpdate(v, w.sealUpdate("anna", level, later), collection.ErrRank)
	})
}

func TestCompleterNotListed(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		if _, err := w.c.CompleteAll(evil); !errors.Is(err, collection.ErrNotAuthorised) {
			t.Error(err)
		}
		u := saying(t, must(w.c.CompleteAll(cleo))(t), evil, uint64(complete))
		w.refusedUpdate(v, w.sealUpdate("evil", u, later), collection.ErrNotAuthorised)
		w.refusedUpdate(v, w.sealUpdate("cleo", u, later), collection.ErrNotAuthorised)
		ben := saying(t, u, ben, uint64(complete)) // a recipient is no completer
		w.refusedUpdate(v, w.sealUpdate("evil", ben, later), collection.ErrNotAuthorised)

		// Nor in a collection that carries it.
		d := takeApart(t, w.with(w.c, w.say("cleo", must(w.c.CompleteAll(cleo))(t), nil)))
		d.updates()[0].([]any)[1] = evil[:]
		if _, err := collection.Decode(d.bytes(t)); !errors.Is(err, collection.ErrNotAuthorised) {
			t.Error(err)
		}
	})
}

func TestCompleterWhoWithdraws(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		u := saying(t, must(w.c.CompleteAll(cleo))(t), cleo, uint64(withdrawn))
		w.refusedUpdate(v, w.sealUpdate("cleo", u, later), collection.ErrNotAuthorised)
		u = saying(t, u, hub, uint64(withdrawn)) // nor does the authority
		w.refusedUpdate(v, w.sealUpdate("hub", u, later), collection.ErrNotAuthorised)
	})
}

// A completer's word on a generation that nobody opened is kept, but inert.
func TestCompleterWhoTakesBack(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		if _, err := w.c.TakeBack(cleo, lake); !errors.Is(err, collection.ErrNotAuthorised) {
			t.Error(err)
		}
		v := w.verified(w.with(w.c, w.say("anna", must(w.c.CompleteAll(anna))(t), nil)))
		for _, rank := range []label.Rank{lost, lost + complete} {
			u := saying(t, must(w.c.CompleteAll(cleo))(t), cleo, uint64(rank))
			remembered := w.memory.copy()
			next, _, err := v.Apply(ctx, w.sealUpdate("cleo", u, later))
			if err != nil && !errors.Is(err, collection.ErrNotAuthorised) {
				t.Error(err)
			}
			wantLabels(t, next, complete, complete, complete)
			if !maps.Equal(remembered, w.memory.copy()) {
				t.Errorf("%v: a generation is remembered that nobody opened", rank)
			}
		}
	})
}

func TestCompleterWhoseKeyWasRevoked(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		said := w.say("cleo", must(w.c.Complete(cleo, lake))(t), nil)
		more := w.say("cleo", must(w.c.CompleteAll(cleo))(t), nil)
		c := w.with(w.c, said)
		wantLabels(t, w.verified(c), complete, pending, pending)
		w.ring.Revoke(w.key("cleo"))
		v := w.verified(c)
		wantLabels(t, v, pending, pending, pending)
		if n := len(v.Report().Revoked); n != 1 || len(v.Report().Updates) != 0 {
			t.Errorf("%d revoked updates are reported", n)
		}
		if !slices.Equal(must(v.Collection().MarshalBinary())(t), must(w.c.MarshalBinary())(t)) {
			t.Error("a revoked update is handed on")
		}
		w.refusedUpdate(v, said, signature.ErrRevoked)
		w.refusedUpdate(v, more, signature.ErrRevoked)
	})
}

// A thief of a revoked key may claim any time.
func TestRevokedKeyWithABackDatedSeal(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		w.ring.Revoke(w.key("cleo"))
		w.ring.Revoke(w.key("anna"))
		u := must(w.c.CompleteAll(cleo))(t)
		for _, claimed := range []int{-10, -1, 0} {
			w.refusedUpdate(v, w.sealUpdate("cleo", u, noon.AddDate(claimed, 0, 0)), signature.ErrRevoked)
			w.refused(must(w.c.Sign(ctx, w.people["anna"], noon.AddDate(claimed, 0, 0)))(t), signature.ErrRevoked)
		}
		w.refusedUpdate(v, w.sealUpdate("cleo", u, time.Time{}), signature.ErrRevoked)
	})
}

// Of a revoked author only what the authority also sealed stands.
func TestAuthorRevoked(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		both := must(w.c.CoSign(ctx, w.people["hub"], later))(t)
		both = w.with(both, w.say("anna", must(both.CompleteAll(anna))(t), nil))
		validated := w.with(both, w.say("hub", must(both.CompleteAll(hub))(t), nil))
		w.ring.Revoke(w.key("anna"))
		w.refused(w.c, signature.ErrRevoked)
		v := w.verified(both)
		wantLabels(t, v, pending, pending, pending)
		if !v.AuthorityOnly() {
			t.Error("the revoked author still vouches")
		}
		wantLabels(t, w.verified(validated), complete, complete, complete)
	})
}

// Another hub's validation, good there, is worth nothing here.
func TestValidationByAnotherAuthority(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		foreign := w.say("other hub", must(w.c.CompleteAll(hub))(t), nil)
		w.refusedUpdate(v, foreign, collection.ErrNotAuthorised)
		w.refused(w.with(w.c, foreign), collection.ErrNotAuthorised)

		h := w.header() // the same share at the other hub, validated there
		h.Authority = w.key("other hub")
		there := must(collection.New(h, w.body()))(t)
		validation := w.say("other hub", must(there.CompleteAll(hub))(t), nil)
		w.checker.Memory = nil // the same name, at another hub
		w.verified(w.with(must(there.Sign(ctx, w.people["anna"], noon))(t), validation))
		w.refusedUpdate(v, validation, collection.ErrOtherCollection)
		identity := w.c.Identity()
		w.refusedUpdate(v, editedUpdate(t, validation, func(f fields) { f[updateIdentity] = identity[:] }), signature.ErrBadSeal)
	})
}

// Where no authority is named, none is heard.
func TestValidationWhereNoAuthorityIsNamed(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		h := w.header()
		h.Authority = collection.KeyID{}
		c := w.seal(must(collection.New(h, w.body()))(t))
		u := saying(t, must(c.CompleteAll(cleo))(t), hub, uint64(complete))
		w.refusedUpdate(w.verified(c), w.sealUpdate("hub", u, later), collection.ErrNotAuthorised)
	})
}

// The last generation can be completed and withdrawn, but not taken back.
func TestGenerationCounterAtItsMaximum(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		last := must(label.At(label.MaxGeneration, 0))(t)
		u := w.sealUpdate("anna", saying(t, must(w.c.CompleteAll(anna))(t), anna, uint64(last)), later)
		v := w.verified(w.with(w.c, u))
		wantLabels(t, v, last, last, last)
		for _, by := range []collection.UserID{anna, hub} {
			if _, err := v.Collection().TakeBack(by, lake); !errors.Is(err, label.ErrGeneration) {
				t.Errorf("take-back from the last generation: %v", err)
			}
		}
		next, changed, err := v.Apply(ctx, w.say("cleo", must(v.Collection().Complete(cleo, lake))(t), nil))
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		wantLabels(t, next, last+complete, last, last)
		if _, changed, err = next.Apply(ctx, w.say("anna", must(w.c.CompleteAll(anna))(t), nil)); err != nil || changed {
			t.Errorf("a generation that wraps around: changed %v, %v", changed, err)
		}
		w.refused(w.c, collection.ErrReplay)

		raw := takeApartUpdate(t, u)
		raw[updateLabels].([]any)[0].([]any)[0] = uint64(math.MaxUint32) + 1
		if _, err := collection.DecodeUpdate(encoded(t, raw)); !errors.Is(err, collection.ErrLimit) {
			t.Errorf("a rank beyond the last: %v", err)
		}
	})
}

// An author whose key was stolen seals the edition anew; a station that has the
// old seal takes the new one, whatever moment the thief's seal claims.
func TestAuthorRevokedAndSealedAnew(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		stolen := must(w.c.Sign(ctx, w.people["anna"], noon.AddDate(100, 0, 0)))(t)
		v := w.verified(w.with(stolen, w.say("cleo", must(w.c.Complete(cleo, lake))(t), nil)))
		next := newSigner(t, signature.Ed25519, 99)
		w.ring.Revoke(w.key("anna"))
		must0(t, w.ring.Trust(anna, next.Public()))
		w.people["anna"] = next

		fresh, changed, err := v.Merge(ctx, w.seal(w.c))
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		wantLabels(t, fresh, complete, pending, pending)
		if said := fresh.Report().Author; said == nil || said.Key != w.key("anna") {
			t.Errorf("vouched for by %v", said)
		}
	})
}
