package collection_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// sealedBy seals the edition by author or authority, or both.
func sealedBy(tb failer, c collection.Collection, by ...collection.UserID) collection.Collection {
	tb.Helper()
	for _, u := range by {
		if u.IsZero() {
			c = ok(c.CoSign(bg, keyOf(u), dawn))(tb)
		} else {
			c = ok(c.Sign(bg, keyOf(u), dawn))(tb)
		}
	}
	return c
}

func TestVerifyEdition(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	byMallory := ok(c.Sign(bg, keyOf(mallory), dawn))(t)
	byBen := ok(c.Sign(bg, keyOf(ben), dawn))(t)
	coBen := ok(c.CoSign(bg, keyOf(ben), dawn))(t)
	seal := sealedBy(t, c, anna).Header().AuthorSeal
	other := shared(t, 3, label.Flag, nil) // its edition is the same, but not its fixed part
	flipped := slices.Clone(seal)
	flipped[63] ^= 1
	retitled := ok(c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "Forged" }))(t)
	for _, test := range []struct {
		name    string
		c       collection.Collection
		key     collection.KeyID // whose state is changed
		state   error
		want    error
		authors bool // the report names an author's seal
	}{
		{name: "unsigned", c: c, want: collection.ErrUnsigned},
		{name: "author", c: sealedBy(t, c, anna), authors: true},
		{name: "authority only", c: sealedBy(t, c, theHub)},
		{name: "both", c: sealedBy(t, c, anna, theHub), authors: true},
		{name: "unknown key", c: byMallory, want: collection.ErrUnknownKey},
		{name: "unknown key beside the authority's", c: sealedBy(t, byMallory, theHub), want: collection.ErrUnknownKey},
		{name: "another user's key", c: byBen, want: collection.ErrNotAuthorised},
		{name: "another user's key beside the authority's", c: sealedBy(t, byBen, theHub), want: collection.ErrNotAuthorised},
		{name: "not the named authority", c: coBen, want: collection.ErrNotAuthorised},
		{name: "not the named authority beside the author's", c: sealedBy(t, coBen, anna), want: collection.ErrNotAuthorised},
		{name: "bad", c: ok(c.WithSeal(flipped, dawn))(t), want: collection.ErrBadSeal},
		{name: "garbage", c: ok(c.WithSeal([]byte("seal"), dawn))(t), want: collection.ErrBadSeal},
		{name: "another collection", c: ok(c.WithSeal(sealedBy(t, other, anna).Header().AuthorSeal, dawn))(t), want: collection.ErrBadSeal},
		{name: "another time", c: ok(c.WithSeal(seal, dawn.Add(time.Second)))(t), want: collection.ErrBadSeal},
		{name: "another edition", c: ok(retitled.WithSeal(seal, dawn))(t), want: collection.ErrBadSeal},
		{name: "made elsewhere", c: ok(c.WithSeal(seal, dawn))(t), authors: true},
		{name: "author revoked", c: sealedBy(t, c, anna), key: keyOf(anna).id, state: collection.ErrRevoked, want: collection.ErrRevoked},
		{name: "author revoked, authority sealed", c: sealedBy(t, c, anna, theHub), key: keyOf(anna).id, state: collection.ErrRevoked},
		{name: "author expired, authority sealed", c: sealedBy(t, c, anna, theHub), key: keyOf(anna).id, state: collection.ErrExpired},
		{name: "author expired", c: sealedBy(t, c, anna), key: keyOf(anna).id, state: collection.ErrExpired, want: collection.ErrExpired},
		{name: "authority revoked", c: sealedBy(t, c, anna, theHub), key: hub, state: collection.ErrRevoked, want: collection.ErrRevoked},
		{name: "no answer", c: sealedBy(t, c, anna), key: keyOf(anna).id, state: errOops, want: errOops},
	} {
		t.Run(test.name, func(t *testing.T) {
			ring := newRing()
			if test.state != nil {
				ring.state[test.key] = test.state
			}
			v, err := collection.Verify(bg, ring, test.c)
			if !errors.Is(err, test.want) {
				t.Fatalf("error %v, want %v", err, test.want)
			}
			if test.want != nil {
				if v.Collection().Len() != 0 || test.want != errOops && !errors.Is(err, collection.ErrSeal) {
					t.Errorf("%v, and what was refused is handed out: %v", err, v.Collection().Len() != 0)
				}
				return
			}
			r := v.Report()
			stands := test.c.Header().AuthorSeal
			if !test.authors {
				stands = nil
			}
			if (r.Author != nil) != test.authors || v.AuthorityOnly() == test.authors ||
				!bytes.Equal(v.Collection().Header().AuthorSeal, stands) || v.Collection().Same(test.c) != nil {
				t.Errorf("report %+v", r)
			}
			if r.Author != nil && *r.Author != (collection.Said{By: anna, Key: keyOf(anna).id, At: dawn}) {
				t.Errorf("author %+v", r.Author)
			}
			if r.Authority != nil && *r.Authority != (collection.Said{Key: hub, At: dawn}) {
				t.Errorf("authority %+v", r.Authority)
			}
		})
	}
}

func TestVerifyUpdates(t *testing.T) {
	c := sealedBy(t, shared(t, 3, label.Flag, nil), anna)
	ring := newRing()
	v := ok(collection.Verify(bg, ring, c))(t)
	u := ok(c.Complete(home, itemID(1)))(t)
	other := shared(t, 3, label.Flag, func(h *collection.Header, _ *collection.Body) { h.ID[9]++ })
	elsewhere := signed(t, ok(other.Complete(home, itemID(1)))(t), dawn)
	stolen := signed(t, ok(c.Complete(home, itemID(2)))(t), dawn)
	for _, test := range []struct {
		name string
		u    collection.Update
		want error
	}{
		{"unsigned", u, collection.ErrUnsigned},
		{"unknown key", ok(u.Sign(bg, keyOf(mallory), dawn))(t), collection.ErrUnknownKey},
		{"another completer's key", ok(u.Sign(bg, keyOf(tower), dawn))(t), collection.ErrNotAuthorised},
		{"the author's key for a completer's word", ok(u.Sign(bg, keyOf(anna), dawn))(t), collection.ErrNotAuthorised},
		{"a user's key for the authority's word", ok(ok(c.CompleteAll(theHub))(t).Sign(bg, keyOf(anna), dawn))(t), collection.ErrNotAuthorised},
		{"the same update's seal of another collection", ok(u.Sign(bg, signerFunc(func() ([]byte, error) { return elsewhere.Seal(), nil }), dawn))(t), collection.ErrBadSeal},
		{"another update's seal", ok(u.Sign(bg, signerFunc(func() ([]byte, error) { return stolen.Seal(), nil }), dawn))(t), collection.ErrBadSeal},
		{"another collection", signed(t, ok(shared(t, 2, label.Flag, nil).Complete(home))(t), dawn), collection.ErrOtherCollection},
	} {
		next, changed, err := v.Apply(bg, signed(t, ok(c.Complete(anna, itemID(0)))(t), dawn), test.u)
		if !errors.Is(err, test.want) || !errors.Is(err, collection.ErrSeal) || changed || !next.Collection().Equal(c) {
			t.Errorf("%s: changed %v, %v", test.name, changed, err)
		}
		if errors.Is(test.want, collection.ErrOtherCollection) {
			continue
		}
		if _, err := collection.Verify(bg, ring, applied(t, c, test.u)); !errors.Is(err, test.want) {
			t.Errorf("%s, carried: %v", test.name, err)
		}
		if _, _, err := v.Merge(bg, applied(t, c, test.u)); !errors.Is(err, test.want) {
			t.Errorf("%s, merged: %v", test.name, err)
		}
	}
	good := signed(t, u, time.Time{})
	next, changed, err := v.Apply(bg, good, good)
	if err != nil || !changed || len(next.Report().Updates) != 1 || next.Report().Updates[0] != (collection.Said{By: home, Key: keyOf(home).id}) {
		t.Errorf("changed %v, %+v, %v", changed, next.Report(), err)
	}
	if _, changed, err = next.Apply(bg, good); changed || err != nil {
		t.Error("repeated:", changed, err)
	}
	ring.state[keyOf(home).id] = collection.ErrRevoked
	if _, changed, err = v.Apply(bg, good); changed || !errors.Is(err, collection.ErrRevoked) {
		t.Error("revoked:", changed, err)
	}
}

func TestMaxAge(t *testing.T) {
	plain := shared(t, 2, label.Flag, nil)
	noHub := shared(t, 2, label.Flag, func(h *collection.Header, _ *collection.Body) { h.Authority = collection.KeyID{} })
	noClock := ok(noHub.Sign(bg, keyOf(anna), time.Time{}))(t)
	renewed := func(c collection.Collection, by collection.UserID) collection.Collection {
		return applied(t, c, signed(t, ok(c.CompleteAll(by))(t), dawn.Add(time.Hour)))
	}
	for _, test := range []struct {
		name string
		c    collection.Collection
		now  func() time.Time
		want error
	}{
		{"fresh", sealedBy(t, plain, anna, theHub), at(dawn.Add(time.Minute)), nil},
		{"too old", sealedBy(t, plain, anna, theHub), at(dawn.Add(time.Minute + time.Second)), collection.ErrTooOld},
		{"no clock here", sealedBy(t, plain, anna, theHub), nil, collection.ErrTooOld},
		{"no clock there", noClock, at(dawn), collection.ErrTooOld},
		{"the author's seal where an authority is named", sealedBy(t, plain, anna), at(dawn), collection.ErrTooOld},
		{"the author's seal where none is", sealedBy(t, noHub, anna), at(dawn), nil},
		{"validated since", renewed(sealedBy(t, plain, anna), theHub), at(dawn.Add(time.Hour)), nil},
		{"the author's update where an authority is named", renewed(sealedBy(t, plain, anna, theHub), anna), at(dawn.Add(time.Hour)), collection.ErrTooOld},
		{"a completer's update", renewed(sealedBy(t, noHub, anna), home), at(dawn.Add(time.Hour)), collection.ErrTooOld},
		{"the author's update", renewed(sealedBy(t, noHub, anna), anna), at(dawn.Add(time.Hour)), nil},
	} {
		k := collection.Checker{Verifier: newRing(), MaxAge: time.Minute, Now: test.now, Memory: &collection.MemoryMap{}}
		v, err := k.Verify(bg, test.c)
		if !errors.Is(err, test.want) || test.want != nil && v.Collection().Len() != 0 {
			t.Errorf("%s: %v, handed out: %v", test.name, err, v.Collection().Len() != 0)
		}
		if seen := seenBy(k.Memory, test.c.Name()); (seen != nil) != (test.want == nil) {
			t.Errorf("%s: remembered %x", test.name, seen)
		}
	}
}

// TestStrippedUpdates: who strips a take-back or a withdrawal shows an earlier
// state, which is found out by who remembers or demands a fresh seal.
func TestStrippedUpdates(t *testing.T) {
	c := sealedBy(t, shared(t, 2, label.Flag, nil), anna, theHub)
	done := applied(t, c, signed(t, ok(c.CompleteAll(home))(t), dawn))
	back := applied(t, done, signed(t, ok(done.TakeBack(theHub, itemID(0)))(t), dawn.Add(time.Hour)))
	gone := applied(t, c, signed(t, ok(c.Withdraw(itemID(1)))(t), dawn))
	edited := sealedBy(t, ok(done.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "2" }))(t), anna, theHub)
	for _, test := range []struct {
		name        string
		seen, shown collection.Collection
		want        error
	}{
		{"take-back stripped", back, done, collection.ErrReplay},
		{"all stripped", back, c, collection.ErrReplay},
		{"withdrawal stripped", gone, c, collection.ErrReplay},
		{"edition went back", edited, done, collection.ErrReplay},
		{"completion stripped", done, c, nil}, // closes, opens nothing
		{"more than before", done, back, nil},
		{"the same", back, back, nil},
		{"another collection of that name", done, sealedBy(t, shared(t, 3, label.Flag, nil), anna), collection.ErrOtherCollection},
	} {
		memory := &collection.MemoryMap{}
		k := collection.Checker{Verifier: newRing(), Memory: memory}
		ok(k.Verify(bg, test.seen))(t)
		seen := seenBy(memory, c.Name())
		v, err := k.Verify(bg, test.shown)
		if !errors.Is(err, test.want) || test.want != nil && v.Collection().Len() != 0 {
			t.Errorf("%s: %v, handed out: %v", test.name, err, v.Collection().Len() != 0)
		}
		if now := seenBy(memory, c.Name()); test.want != nil && !bytes.Equal(now, seen) {
			t.Errorf("%s: what was refused is remembered", test.name)
		}
		if _, err := k.Verify(bg, test.seen); err != nil && test.want != nil {
			t.Errorf("%s: the latest is refused afterwards: %v", test.name, err)
		}
	}
	k := collection.Checker{Verifier: newRing(), MaxAge: time.Minute, Now: at(dawn.Add(time.Hour))}
	ok(k.Verify(bg, back))(t)
	_, err := k.Verify(bg, done)
	wantErr(t, err, collection.ErrTooOld)
}

// TestMemoryJoins: what was seen piece by piece is remembered together.
func TestMemoryJoins(t *testing.T) {
	c := sealedBy(t, shared(t, 2, label.Flag, nil), anna)
	first := applied(t, c, signed(t, ok(c.TakeBack(theHub, itemID(0)))(t), dawn))
	second := applied(t, c, signed(t, ok(c.TakeBack(anna, itemID(1)))(t), dawn))
	k := collection.Checker{Verifier: newRing(), Memory: &collection.MemoryMap{}}
	v := ok(k.Verify(bg, first))(t)
	_, err := k.Verify(bg, second) // lacks the first
	wantErr(t, err, collection.ErrReplay)
	// A peer that was away may bring its part, for nothing is missing of both.
	both, changed, err := v.Merge(bg, second)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	wantRanks(t, both.Collection(), pending1, pending1)
	_, err = k.Verify(bg, first)
	wantErr(t, err, collection.ErrReplay)
}

// A brokenMemory fails, or returns what it was not told.
type brokenMemory struct {
	seen        []byte
	load, store error
}

func (m brokenMemory) Update(_ collection.Name, next func([]byte) ([]byte, error)) error {
	if m.load != nil {
		return m.load
	}
	seen, err := next(m.seen)
	if err != nil || bytes.Equal(seen, m.seen) {
		return err
	}
	return m.store
}

// at is a clock that stands.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// seenBy returns what a memory remembers.
func seenBy(m collection.Memory, n collection.Name) (seen []byte) {
	_ = m.Update(n, func(was []byte) ([]byte, error) {
		seen = was
		return nil, errOops
	})
	return seen
}

// TestBrokenMemoryNeverWeakens: memory that cannot be read or written refuses.
func TestBrokenMemoryNeverWeakens(t *testing.T) {
	c := sealedBy(t, shared(t, 9, label.Flag, nil), anna)
	good := &collection.MemoryMap{}
	ok(collection.Checker{Verifier: newRing(), Memory: good}.Verify(bg, c))(t)
	seen := seenBy(good, c.Name())
	broken := []brokenMemory{{load: errOops}, {store: errOops}, {seen: []byte{}}, {seen: append(slices.Clone(seen), 0)}}
	for n := range seen {
		broken = append(broken, brokenMemory{seen: seen[:n]})
	}
	for _, m := range broken {
		v, err := collection.Checker{Verifier: newRing(), Memory: m}.Verify(bg, c)
		if err == nil || v.Collection().Len() != 0 {
			t.Errorf("accepted with memory of %x", m.seen)
		}
		if want := errors.Join(m.load, m.store); want != nil && !errors.Is(err, errOops) {
			t.Error(err)
		}
	}
	ok(collection.Checker{Verifier: newRing(), Memory: brokenMemory{seen: seen, store: errOops}}.Verify(bg, c))(t) // nothing new
}

func TestVerifyResolvedAddresses(t *testing.T) {
	c := sealedBy(t, shared(t, 1, label.Flag, func(_ *collection.Header, b *collection.Body) {
		b.Addresses = []collection.Address{{5}}
	}), anna)
	resolved := ok(c.Resolve(bg, keyOf(theHub), collection.Address{5}, mallory, dawn))(t)
	ok(collection.Verify(bg, newRing(), resolved))(t)
	for _, signer := range []collection.UserID{anna, ben} {
		forged := ok(c.Resolve(bg, keyOf(signer), collection.Address{5}, mallory, dawn))(t)
		_, err := collection.Verify(bg, newRing(), forged)
		wantErr(t, err, collection.ErrNotAuthorised)
	}
	for _, err := range []error{
		second(c.Resolve(bg, keyOf(theHub), collection.Address{6}, mallory, dawn)),
		second(c.Resolve(bg, keyOf(theHub), collection.Address{5}, collection.UserID{}, dawn)),
		second(c.Resolve(bg, signerFunc(func() ([]byte, error) { return nil, errOops }), collection.Address{5}, mallory, dawn)),
	} {
		if err == nil {
			t.Error("resolved")
		}
	}
}

// second is the error of a call that returns a value too.
func second[T any](_ T, err error) error { return err }
