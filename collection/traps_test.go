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

// Ranks of these tests, by level and generation.
var (
	pending1   = rankOf(1, label.Pending)
	complete1  = rankOf(1, label.Complete)
	withdrawn1 = rankOf(1, label.Withdrawn)
)

// inEveryOrder applies updates in every order, one by one, and returns the one
// collection in which all orders must end.
func inEveryOrder(t *testing.T, c collection.Collection, us ...collection.Update) collection.Collection {
	t.Helper()
	want := applied(t, c, us...)
	permutations(len(us), func(order []int) {
		got := c
		for _, k := range order {
			got = applied(t, got, us[k])
		}
		if !bytes.Equal(bytesOf(t, got), bytesOf(t, want)) || !slices.Equal(ranks(got), ranks(want)) {
			t.Fatalf("order %v ends in %v, not %v", order, ranks(got), ranks(want))
		}
	})
	return want
}

// proofs lists the issuers of the updates that c carries.
func proofs(c collection.Collection) (issuers []collection.UserID) {
	for u := range c.Updates() {
		issuers = append(issuers, u.Issuer())
	}
	return issuers
}

func TestCompleterBeforeTheTakeBackItRefersTo(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	first := ok(c.Complete(home, itemID(0)))(t)
	seen := applied(t, c, first)
	back := ok(seen.TakeBack(anna, itemID(0)))(t)
	second := ok(applied(t, seen, back).Complete(home, itemID(0)))(t)

	early := applied(t, c, second)
	wantRanks(t, early, label.Pending, label.Pending) // inert, and kept
	if len(proofs(early)) != 1 {
		t.Fatal("the update that waits for its generation was dropped")
	}
	wantRanks(t, applied(t, early, first), label.Pending, label.Pending) // of one key the last word stays
	wantRanks(t, applied(t, early, back), complete1, label.Pending)
	wantRanks(t, inEveryOrder(t, c, first, back, second), complete1, label.Pending)
}

// TestProofStaysComplete: what a key has said of one generation waits with what it says of
// a later one, and what the authority says of all needs no other proof.
func TestProofStaysComplete(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	first := ok(c.Complete(home, itemID(0)))(t)
	back := ok(c.TakeBack(theHub, itemID(0)))(t)
	both := ok(applied(t, c, back).CompleteAll(home))(t) // item 0 in generation 1, item 1 in 0
	have := inEveryOrder(t, c, first, both)
	wantRanks(t, have, label.Pending, label.Complete)
	done := inEveryOrder(t, c, first, both, back)
	wantRanks(t, done, complete1, label.Complete)
	all := ok(done.CompleteAll(theHub))(t)
	if got := proofs(applied(t, done, all)); !slices.Equal(got, []collection.UserID{theHub, home}) {
		t.Errorf("proofs of %v where two generations are open", got)
	}
	back2 := ok(done.TakeBack(theHub, itemID(1)))(t)
	last := applied(t, done, back2)
	last = applied(t, last, ok(last.CompleteAll(theHub))(t))
	if got := proofs(last); !slices.Equal(got, []collection.UserID{theHub}) {
		t.Errorf("proofs of %v", got)
	}
}

func TestKeyRevokedAfterCompaction(t *testing.T) {
	c := sealedBy(t, shared(t, 3, label.Flag, nil), anna, theHub)
	say := func(by collection.UserID, places ...int) collection.Update {
		return signed(t, ok(c.Complete(by, itemIDs(places...)...))(t), dawn)
	}
	for _, test := range []struct {
		name    string
		us      []collection.Update
		revoked collection.UserID
		want    []label.Rank
		left    int // updates of the revoked key
	}{
		{"its word was taken over by itself", []collection.Update{say(home, 0), say(home, 0, 1)}, home, []label.Rank{0, 0, 0}, 1},
		{"the author says the same", []collection.Update{say(home, 0), say(anna, 0, 1)}, home, []label.Rank{14, 14, 0}, 1},
		{"the author says less", []collection.Update{say(home, 0, 1), say(anna, 0)}, home, []label.Rank{14, 0, 0}, 1},
		{"the authority says the same as the revoked author", []collection.Update{say(anna, 0, 1), say(theHub, 0, 1)}, anna, []label.Rank{14, 14, 0}, 1},
		{"the authority says more of everything", []collection.Update{say(anna, 0, 1), say(theHub, 0, 1, 2)}, anna, []label.Rank{14, 14, 14}, 0},
		{"another completer says a part", []collection.Update{say(home, 0, 1), say(tower, 1)}, home, []label.Rank{0, 14, 0}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			ring := newRing()
			stored := bytesOf(t, applied(t, c, test.us...))
			ok(collection.Verify(bg, ring, ok(collection.Decode(stored))(t)))(t)
			ring.state[keyOf(test.revoked).id] = collection.ErrRevoked
			v := ok(collection.Verify(bg, ring, ok(collection.Decode(stored))(t)))(t)
			wantRanks(t, v.Collection(), test.want...)
			if n := len(v.Report().Revoked); n != test.left {
				t.Errorf("%d revoked updates, want %d", n, test.left)
			}
			if n := len(slices.Collect(v.Collection().Updates())); n != len(v.Report().Updates) {
				t.Errorf("%d updates stand, %d are reported", n, len(v.Report().Updates))
			}
		})
	}
}

func TestTwoEditionsWithOneNumber(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	titled := func(title string) collection.Collection {
		d := ok(c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = title }))(t)
		return ok(d.Sign(bg, keyOf(anna), dawn))(t)
	}
	camera, computer := titled("camera"), titled("computer")
	update := signed(t, ok(camera.Complete(home, itemID(1)))(t), dawn)
	both := merged(t, applied(t, camera, update), computer)
	other := merged(t, computer, applied(t, camera, update))
	if !both.Equal(other) {
		t.Fatal("the two stations show different editions")
	}
	winner, a, b := both.EditionDigest(), camera.EditionDigest(), computer.EditionDigest()
	if want := max(string(a[:]), string(b[:])); string(winner[:]) != want {
		t.Errorf("edition %v stands", winner)
	}
	if camera.Edition().Compare(computer.Edition()) > 0 != (both.Edition() == camera.Edition()) {
		t.Errorf("edition %v stands, of %v and %v", both.Edition(), camera.Edition(), computer.Edition())
	}
	wantRanks(t, both, label.Pending, label.Complete)
	// The seal that stands is that of the edition that stands.
	ok(collection.Verify(bg, newRing(), both))(t)
}

// TestOneEpochForTheWholeCollection: generations are of items, so a take-back of
// one does not silence what is said of the others.
func TestOneEpochForTheWholeCollection(t *testing.T) {
	c := shared(t, 3, label.Flag, nil)
	done := ok(c.CompleteAll(home))(t)
	gone := ok(c.Withdraw(itemID(0), itemID(1)))(t)
	back := ok(c.TakeBack(theHub, itemID(0)))(t)
	wantRanks(t, inEveryOrder(t, c, done, gone, back), pending1, label.Withdrawn, label.Complete)
	again := ok(applied(t, c, back).Complete(tower, itemID(0)))(t)
	wantRanks(t, inEveryOrder(t, c, done, gone, back, again), complete1, label.Withdrawn, label.Complete)
}

func TestWithdrawnIsAboveComplete(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	gone := ok(c.Withdraw(itemID(0)))(t)
	all := ok(c.CompleteAll(theHub))(t)
	after := ok(applied(t, c, gone).CompleteAll(theHub))(t)
	for _, u := range []collection.Update{all, after, ok(c.Complete(home, itemID(0), itemID(1)))(t), ok(applied(t, c, gone).CompleteAll(anna))(t)} {
		have := inEveryOrder(t, c, gone, u)
		wantRanks(t, have, label.Withdrawn, label.Complete)
		if have.Labelled() != 1 || !have.Settled() {
			t.Errorf("%d labelled, settled %v", have.Labelled(), have.Settled())
		}
	}
}

// TestBooleanIsNotJoinedByItsWireValue: true, restricted, is less than false.
func TestBooleanIsNotJoinedByItsWireValue(t *testing.T) {
	c := shared(t, 2, label.Boolean, nil)
	none, one := ok(c.Advance(home, 0, itemID(0), itemID(1)))(t), ok(c.Complete(home, itemID(1)))(t)
	have := inEveryOrder(t, c, none, one, ok(c.Complete(tower))(t))
	var shown []any
	for _, rank := range have.Items() {
		shown = append(shown, have.Kind().Show(rank))
	}
	if !slices.Equal(shown, []any{true, false}) {
		t.Errorf("shown %v", shown)
	}
}

// TestLevelWhileASmallerVersionIsMissing: a level is a number of versions from
// the smallest on, and a smaller one said later takes nothing away.
func TestLevelWhileASmallerVersionIsMissing(t *testing.T) {
	c := shared(t, 2, label.Degree, nil)
	two, one := ok(c.Advance(home, 2, itemID(0)))(t), ok(c.Advance(anna, 1, itemID(0)))(t)
	zero := ok(c.Advance(tower, 0, itemID(0)))(t)
	have := inEveryOrder(t, c, two, one, zero)
	wantRanks(t, have, 2, label.Pending)
	gate := label.NewGate(nil, c.Kind(), c.Ladder())
	for version, want := range []error{nil, nil, label.ErrPending} {
		if err := have.Check(gate, itemID(0), label.Fetch, version, label.Holder{}); !errors.Is(err, want) {
			t.Errorf("fetching version %d: %v", version, err)
		}
	}
	if err := have.Check(gate, itemID(1), label.Fetch, 0, label.Holder{}); !errors.Is(err, label.ErrPending) {
		t.Error("no version is there:", err)
	}
	_, err := c.Advance(home, 3, itemID(0))
	wantErr(t, err, collection.ErrRank) // all three versions: that is complete
}

// TestEqualValidationStays: of author and authority who say the same, the
// authority's update is kept, whoever came first and whenever it was sealed.
func TestEqualValidationStays(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	validation := signed(t, ok(c.CompleteAll(theHub))(t), dawn)
	for _, at := range []time.Time{{}, dawn.Add(-time.Hour), dawn, dawn.Add(time.Hour)} {
		byAuthor := signed(t, ok(c.CompleteAll(anna))(t), at)
		byCompleter := signed(t, ok(c.CompleteAll(home))(t), at)
		if got := proofs(inEveryOrder(t, c, byAuthor, validation, byCompleter)); !slices.Equal(got, []collection.UserID{theHub}) {
			t.Errorf("proofs of %v", got)
		}
	}
	// Of one issuer's, the later stays.
	later := signed(t, ok(c.CompleteAll(theHub))(t), dawn.Add(time.Second))
	for u := range inEveryOrder(t, c, validation, later).Updates() {
		if !u.Issued().Equal(later.Issued()) {
			t.Error("the earlier validation stays")
		}
	}
}

func TestLastGeneration(t *testing.T) {
	c := shared(t, 3, label.Flag, nil)
	last := rankOf(label.MaxGeneration, label.Pending)
	author := edited(t, ok(c.Complete(anna))(t), c, func(u *wireUpdate) { u.ranks = []label.Rank{last, 0, 0} })
	inert := edited(t, ok(c.Complete(home))(t), c, func(u *wireUpdate) { u.ranks = []label.Rank{last + 14, last + 14, 14} })
	c = ok(collection.Decode(bytesOf(t, inEveryOrder(t, c, author, inert))))(t)
	wantRanks(t, c, last+14, label.Pending, label.Complete)

	_, err := c.TakeBack(anna, itemID(1), itemID(0))
	wantErr(t, err, label.ErrGeneration)
	var at *collection.ItemError
	if !errors.As(err, &at) || at.Item != itemID(0) {
		t.Errorf("%v does not name the item", err)
	}
	// A completer who counts ahead stops nobody from taking back.
	next := applied(t, c, ok(c.TakeBack(anna, itemID(1), itemID(2)))(t))
	wantRanks(t, next, last+14, pending1, pending1)
	gone := applied(t, c, ok(c.Withdraw(itemID(0)))(t))
	wantRanks(t, gone, last+15, label.Pending, label.Complete)
}

func TestTakeBackOpensWhatWasWithdrawn(t *testing.T) {
	c := shared(t, 1, label.Flag, nil)
	gone := applied(t, c, ok(c.Withdraw(itemID(0)))(t))
	back := applied(t, gone, ok(gone.TakeBack(theHub, itemID(0)))(t))
	wantRanks(t, back, pending1)
	wantRanks(t, applied(t, back, ok(back.Withdraw(itemID(0)))(t)), withdrawn1)
}

func TestUnknownItems(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	_, complete := c.Complete(home, itemID(1), itemID(9))
	_, withdraw := c.Withdraw(itemID(9))
	_, back := c.TakeBack(anna, itemID(9))
	_, advance := c.Advance(anna, 0, itemID(9))
	for _, err := range []error{complete, withdraw, back, advance} {
		var at *collection.ItemError
		if !errors.As(err, &at) || at.Item != itemID(9) || !errors.Is(err, collection.ErrNoItem) || !errors.Is(err, label.ErrNotFound) {
			t.Error(err)
		}
	}
}
