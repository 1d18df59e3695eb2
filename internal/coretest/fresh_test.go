package coretest_test

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

func sha(b []byte) [32]byte { return sha256.Sum256(b) }

// aged is the checker with a clock and a greatest age, and without a memory.
func (w *world) aged(now time.Time, age time.Duration) collection.Checker {
	k := collection.Checker{Verifier: w.ring, MaxAge: age}
	if !now.IsZero() {
		k.Now = func() time.Time { return now }
	}
	return k
}

// stripped is a share that was completed, validated and then partly lost again,
// and the same without the update that says so.
func (w *world) stripped(lose func(c collection.Collection) (string, collection.Update, error)) (whole, bare collection.Collection) {
	w.tb.Helper()
	bare = w.with(w.c, w.sealUpdate("hub", must(w.c.CompleteAll(hub))(w.tb), noon))
	name, u, err := lose(bare)
	must0(w.tb, err)
	whole = w.with(bare, w.sealUpdate(name, u, noon.AddDate(0, 0, 30)))
	return whole, edited(w.tb, whole, func(d *document) {
		us := d.updates()
		for i, u := range us {
			if u.([]any)[2] != uint64(noon.Unix()) {
				d.parts[partUpdates] = append(us[:i:i], us[i+1:]...)
			}
		}
	})
}

func takenBack(c collection.Collection) (string, collection.Update, error) {
	u, err := c.TakeBack(hub, lake)
	return "hub", u, err
}

func takenBackByTheAuthor(c collection.Collection) (string, collection.Update, error) {
	u, err := c.TakeBack(anna, lake)
	return "anna", u, err
}

func TestTakeBackStrippedIsFoundByMemory(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		whole, bare := w.stripped(takenBack)
		wantLabels(t, w.verified(whole), lost, complete, complete)
		w.refused(bare, collection.ErrReplay)
		w.refused(w.c, collection.ErrReplay)
	})
}

func TestTakeBackByTheAuthorStrippedIsFoundByMemory(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		whole, bare := w.stripped(takenBackByTheAuthor)
		wantLabels(t, w.verified(whole), lost, complete, complete)
		w.refused(bare, collection.ErrReplay)
	})
}

func TestWithdrawalStrippedIsFoundByMemory(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		u, err := w.c.Withdraw(rain)
		whole := w.with(w.c, w.say("anna", u, err))
		wantLabels(t, w.verified(whole), pending, pending, withdrawn)
		w.refused(w.c, collection.ErrReplay)
		w.refused(w.with(w.c, w.say("hub", must(w.c.CompleteAll(hub))(t), nil)), collection.ErrReplay)
	})
}

func TestTakeBackStrippedIsFoundByMaximumAge(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		whole, bare := w.stripped(takenBack)
		fresh := w.aged(noon.AddDate(0, 0, 31), 7*24*time.Hour)
		if _, err := fresh.Verify(ctx, whole); err != nil {
			t.Error(err)
		}
		if _, err := fresh.Verify(ctx, bare); !errors.Is(err, collection.ErrTooOld) {
			t.Error(err)
		}
	})
}

// Where no authority is named the author's seals say how old a collection is.
func TestWithdrawalStrippedIsFoundByMaximumAge(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		h := w.header()
		h.Authority = collection.KeyID{}
		bare := w.seal(must(collection.New(h, w.body()))(t))
		u, err := bare.Withdraw(rain)
		must0(t, err)
		whole := w.with(bare, w.sealUpdate("anna", u, noon.AddDate(0, 0, 30)))
		fresh := w.aged(noon.AddDate(0, 0, 31), 7*24*time.Hour)
		if _, err := fresh.Verify(ctx, whole); err != nil {
			t.Error(err)
		}
		if _, err := fresh.Verify(ctx, bare); !errors.Is(err, collection.ErrTooOld) {
			t.Error(err)
		}
	})
}

func TestTooOld(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		validated := w.with(w.c, w.sealUpdate("hub", must(w.c.CompleteAll(hub))(t), noon))
		age := time.Hour
		for _, step := range []struct {
			c    collection.Collection
			now  time.Time
			want error
		}{
			{validated, noon.Add(age), nil},
			{validated, noon.Add(age + time.Second), collection.ErrTooOld},
			{validated, time.Time{}, collection.ErrTooOld}, // no clock here
			{w.c, noon, collection.ErrTooOld},              // the author's seal is not the authority's
			{must(w.c.CoSign(ctx, w.people["hub"], noon))(t), noon.Add(age), nil},
			{must(w.c.CoSign(ctx, w.people["hub"], time.Time{}))(t), noon, collection.ErrTooOld}, // no clock there
		} {
			w.checker = w.aged(step.now, age)
			w.memory = new(memory)
			w.checker.Memory = w.memory
			if step.want != nil {
				w.refused(step.c, step.want)
			} else if v := w.verified(step.c); !v.Report().Fresh.Equal(noon) {
				t.Error(v.Report().Fresh)
			}
		}
	})
}

// A device without a clock takes the time from a seal of the authority.
func TestDeviceWithoutAClock(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	validated := w.with(w.c, w.sealUpdate("hub", must(w.c.CompleteAll(hub))(t), noon))
	now := w.verified(validated).Report().Fresh
	old := must(w.c.CoSign(ctx, w.people["hub"], noon.AddDate(0, 0, -30)))(t)
	if _, err := w.aged(now, time.Hour).Verify(ctx, old); !errors.Is(err, collection.ErrTooOld) {
		t.Error(err)
	}
}

// What was seen is remembered for ever: a collection that got too old in between
// cannot come back in an earlier state.
func TestReplayAfterExpiry(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		whole, bare := w.stripped(takenBack)
		w.verified(whole)
		aged := w.aged(noon.AddDate(1, 0, 0), time.Hour)
		aged.Memory = w.memory
		if _, err := aged.Verify(ctx, whole); !errors.Is(err, collection.ErrTooOld) {
			t.Error(err)
		}
		w.refused(bare, collection.ErrReplay)

		// A copy that is sealed anew, fresh and without the take-back, is no better.
		late := noon.AddDate(1, 0, 0)
		aged.Now = func() time.Time { return late }
		again := must(bare.CoSign(ctx, w.people["hub"], late))(t)
		if _, err := aged.Verify(ctx, again); !errors.Is(err, collection.ErrReplay) {
			t.Error(err)
		}
		wantLabels(t, w.verified(whole), lost, complete, complete)
	})
}

func TestEarlierEdition(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		next := must(w.c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "Two weeks in Norway" }))(t)
		w.verified(w.seal(next))
		w.refused(w.c, collection.ErrReplay)
	})
}

// A memory that fails, or holds half of what it should, never lets through what
// a whole one would refuse.
func TestHalfInitialisedMemory(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	whole, bare := w.stripped(takenBack)
	w.verified(whole)
	kept := w.memory.seen[w.c.Name()]
	for n := range len(kept) {
		w.memory.seen[w.c.Name()] = kept[:n]
		if _, err := w.checker.Verify(ctx, bare); err == nil {
			t.Fatalf("a memory of %d of %d bytes lets a replay through", n, len(kept))
		}
	}
	errBroken := errors.New("broken")
	for _, m := range []collection.Memory{broken{load: errBroken}, broken{store: errBroken}} {
		w.checker.Memory = m
		if _, err := w.checker.Verify(ctx, whole); !errors.Is(err, errBroken) {
			t.Error(err)
		}
	}
}

type broken struct{ load, store error }

func (b broken) Update(_ collection.Name, next func([]byte) ([]byte, error)) error {
	if b.load != nil {
		return b.load
	}
	_, err := next(nil)
	return errors.Join(err, b.store)
}

// Merging is not accepting: a copy that is behind, as a peer's may be, is joined
// without harm, and nothing that it lacks is lost.
func TestMergingACopyThatIsBehind(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		whole, bare := w.stripped(takenBack)
		v := w.verified(whole)
		bare = w.with(bare, w.say("cleo", saying(t, must(w.c.CompleteAll(cleo))(t), cleo, uint64(lost+complete)), nil))
		next, changed, err := v.Merge(ctx, bare)
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		wantLabels(t, next, lost+complete, complete, complete)
		w.refused(bare, collection.ErrReplay)
	})
}

// An update whose words a revoked key covers counts when it comes, though the
// collection was verified before the revocation.
func TestUpdateCoveredByARevokedKey(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := must(w.c.CoSign(ctx, w.people["hub"], later))(t)
		v := w.verified(w.with(c, w.say("anna", must(c.CompleteAll(anna))(t), nil)))
		w.ring.Revoke(w.key("anna"))
		next, changed, err := v.Apply(ctx, w.say("cleo", must(c.Complete(cleo, lake))(t), nil))
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		wantLabels(t, next, complete, pending, pending)
	})
}
