package collection_test

import (
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// digested makes an album by anna of items, whose complete versions' digests are known.
func digested(tb failer, id byte, kind label.Kind, people []collection.UserID, places ...int) collection.Collection {
	h := collection.Header{ID: collection.ID{id}, Author: anna, Authority: hub, Title: "Holiday"}
	return sealedBy(tb, ok(collection.New(h, collection.Body{Kind: kind, Items: itemsAt(places...),
		Recipients: people, Completers: []collection.UserID{home}}))(tb), anna)
}

// itemsAt are items with digests of all three versions.
func itemsAt(places ...int) (items []collection.Item) {
	for _, i := range places {
		items = append(items, collection.Item{ID: itemID(i), Digests: []collection.Digest{digestOf(i, 0), digestOf(i, 1), digestOf(i, 3)}})
	}
	return items
}

// succeeded makes a successor with items that have no digests of their own.
func succeeded(tb failer, id byte, people []collection.UserID, places []int, replaced ...collection.Collection) collection.Collection {
	b := collection.Body{Kind: replaced[0].Kind(), Recipients: people, Completers: []collection.UserID{home}}
	for _, i := range places {
		b.Items = append(b.Items, collection.Item{ID: itemID(i)})
	}
	h := collection.Header{ID: collection.ID{id}, Author: anna, Authority: hub}
	return sealedBy(tb, ok(collection.Succeed(h, b, replaced...))(tb), anna)
}

// TestSucceed: what is the same keeps its digests, and all begins pending.
func TestSucceed(t *testing.T) {
	was := digested(t, 1, label.Flag, []collection.UserID{ben}, 0, 1, 2)
	was = applied(t, was, signed(t, ok(was.CompleteAll(theHub))(t), dawn))
	next := succeeded(t, 2, []collection.UserID{ben}, []int{3, 2, 0}, was)
	if got := slices.Collect(next.Replaces()); !slices.Equal(got, []collection.ID{{1}}) {
		t.Errorf("replaces %v", got)
	}
	for i, place := range []int{3, 2, 0} {
		for v, want := range []collection.Digest{digestOf(place, 0), digestOf(place, 1), digestOf(place, 3)} {
			if d, known := next.Digest(i, v); known != (place != 3) || known && d != want {
				t.Errorf("item %d, version %d: %v %v", i, v, d, known)
			}
		}
	}
	wantRanks(t, next, label.Pending, label.Pending, label.Pending)
	if err := was.Same(next); err == nil {
		t.Error("a successor is the same collection")
	}
}

func TestSucceedRefuses(t *testing.T) {
	was := digested(t, 1, label.Flag, nil, 0)
	h := collection.Header{ID: collection.ID{2}, Author: anna}
	other := h
	other.Author = ben
	var many []collection.Collection
	for i := range collection.MaxReplaced + 1 {
		many = append(many, digested(t, byte(10+i), label.Flag, nil))
	}
	changed := collection.Body{Items: []collection.Item{{ID: itemID(0), Digests: []collection.Digest{{}, {}, {9}}}}}
	wantErr(t, second(collection.Succeed(other, collection.Body{}, was)), collection.ErrNotAuthorised)
	wantErr(t, second(collection.Succeed(h, collection.Body{}, many...)), collection.ErrLimit)
	wantErr(t, second(collection.Succeed(h, changed, was)), collection.ErrDigestChanged)
	h.ID = collection.ID{1}
	wantErr(t, second(collection.Succeed(h, collection.Body{}, was)), collection.ErrMalformed)
}

// TestSucceedWithAnotherLadder: versions are the same by their names, and the complete one
// is the complete one.
func TestSucceedWithAnotherLadder(t *testing.T) {
	was := digested(t, 1, label.Flag, nil, 0)
	b := collection.Body{Items: []collection.Item{{ID: itemID(0)}}, Ladder: label.Ladder{{Name: "screen"}, {Name: "whole"}}}
	next := ok(collection.Succeed(collection.Header{ID: collection.ID{2}, Author: anna}, b, was))(t)
	screen, _ := next.Digest(0, 0)
	whole, _ := next.Digest(0, 1)
	if screen != digestOf(0, 1) || whole != digestOf(0, 3) {
		t.Errorf("%v %v", screen, whole)
	}
}

// TestCarryOver: what was known of the same items is said anew, by whoever may say it.
func TestCarryOver(t *testing.T) {
	was := digested(t, 1, label.Degree, []collection.UserID{ben}, 0, 1, 2, 3, 4)
	say := func(u collection.Update, err error) {
		t.Helper()
		was = applied(t, was, signed(t, ok(u, err)(t), dawn))
	}
	say(was.TakeBack(anna, itemID(0)))
	say(was.Complete(home, itemIDs(0, 4)...))
	say(was.Complete(theHub, itemID(1)))
	say(was.Withdraw(itemID(2)))
	say(was.Advance(theHub, 2, itemID(3)))
	say(was.TakeBack(theHub, itemID(4)))
	next := succeeded(t, 2, nil, []int{4, 3, 2, 1, 0, 5}, was)
	none, level := label.Pending, label.Rank(2)
	for _, who := range []struct {
		by   collection.UserID
		want []label.Rank
	}{
		{anna, []label.Rank{none, level, label.Withdrawn, label.Complete, label.Complete, none}},
		{theHub, []label.Rank{none, level, none, label.Complete, label.Complete, none}},
		{home, []label.Rank{none, none, none, none, label.Complete, none}},
	} {
		wantRanks(t, applied(t, next, signed(t, ok(next.CarryOver(who.by, was))(t), dawn)), who.want...)
	}
	wantErr(t, second(next.CarryOver(ben, was)), collection.ErrNotAuthorised)
	wantErr(t, second(was.CarryOver(anna, next)), collection.ErrOtherCollection)
	wantErr(t, second(ok(next.End(bg, keyOf(anna), dawn))(t).CarryOver(anna, was)), collection.ErrEnded)
}

// TestOtherBytesAreNotCarriedOver: a digest that is not known, or another, carries nothing.
func TestOtherBytesAreNotCarriedOver(t *testing.T) {
	was := shared(t, 2, label.Flag, nil)
	was = applied(t, was, signed(t, ok(was.CompleteAll(theHub))(t), dawn))
	h := collection.Header{ID: collection.ID{2}, Author: anna, Authority: hub}
	b := collection.Body{Items: []collection.Item{{ID: itemID(0), Digests: []collection.Digest{{}, {}, {1}}}, {ID: itemID(1)}}}
	next := ok(collection.Succeed(h, b, was))(t)
	wantRanks(t, applied(t, next, ok(next.CarryOver(theHub, was))(t)), label.Pending, label.Pending)
}

// TestCarryOverIntoAnOpenGeneration: what was taken back since is said in the generation
// that is open.
func TestCarryOverIntoAnOpenGeneration(t *testing.T) {
	was := digested(t, 1, label.Flag, nil, 0)
	was = applied(t, was, signed(t, ok(was.CompleteAll(theHub))(t), dawn))
	next := succeeded(t, 2, nil, []int{0}, was)
	next = applied(t, next, ok(next.TakeBack(theHub, itemID(0)))(t))
	wantRanks(t, applied(t, next, ok(next.CarryOver(theHub, was))(t)), rankOf(1, label.Complete))
}
