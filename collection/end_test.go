package collection_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// twoKeys is a ring in which anna has a second key, and that key.
func twoKeys() (toyRing, toyKey) {
	ring, second := newRing(), toyKey{collection.KeyID{0x42}}
	ring.users[second.id] = anna
	return ring, second
}

// TestEnd: a collection ends by its author's seal, and nothing that is joined brings it back.
func TestEnd(t *testing.T) {
	c := sealedBy(t, shared(t, 3, label.Flag, nil), anna)
	ended := ok(c.End(bg, keyOf(anna), dawn))(t)
	v := ok(collection.Verify(bg, newRing(), ended))(t)
	if c.Ended() || !v.Collection().Ended() || len(v.Report().Ends) != 1 || v.Report().Ends[0].By != anna {
		t.Errorf("ended %v, %v", v.Collection().Ended(), v.Report())
	}
	more := ok(c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "more" }))(t)
	more = applied(t, sealedBy(t, more, anna), signed(t, ok(more.CompleteAll(theHub))(t), dawn))
	for _, both := range []collection.Collection{merged(t, ended, more), merged(t, more, ended)} {
		if !both.Ended() || both.Title() != "more" || both.Labelled() != 0 {
			t.Errorf("joined: ended %v, %q, %d labels", both.Ended(), both.Title(), both.Labelled())
		}
	}
	said, changed, err := c.MergeSaid(ended)
	if err != nil || !changed || !said.Ended() {
		t.Errorf("what is said of it: ended %v, changed %v: %v", said.Ended(), changed, err)
	}
	manifest, said2, err := ended.MarshalParts()
	if err != nil || ok(collection.Decode(manifest))(t).Ended() || !ok(collection.DecodeParts(manifest, said2))(t).Ended() {
		t.Errorf("an End is of what is said: %v", err)
	}
}

// TestEndedIsLeftAlone: whoever would say something new of what has ended is refused.
func TestEndedIsLeftAlone(t *testing.T) {
	hidden := collection.Address{5}
	c := shared(t, 2, label.Degree, func(_ *collection.Header, b *collection.Body) { b.Addresses = []collection.Address{hidden} })
	update := ok(c.CompleteAll(theHub))(t)
	c = ok(sealedBy(t, c, anna).End(bg, keyOf(anna), time.Time{}))(t)
	ids := itemIDs(0)
	for what, err := range map[string]error{
		"edit":      second(c.Edit(func(*collection.Header, []collection.Item) {})),
		"complete":  second(c.Complete(anna, ids...)),
		"all":       second(c.CompleteAll(theHub)),
		"advance":   second(c.Advance(home, 1, ids...)),
		"withdraw":  second(c.Withdraw(ids...)),
		"take back": second(c.TakeBack(anna, ids...)),
		"restate":   second(c.Restate(anna)),
		"resolve":   second(c.Resolve(bg, keyOf(theHub), hidden, mallory, dawn)),
		"accept":    second(c.Accept(bg, keyOf(anna), hidden, mallory, dawn)),
	} {
		t.Run(what, func(t *testing.T) { wantErr(t, err, collection.ErrEnded) })
	}
	if next := applied(t, c, update); !next.Ended() || next.Labelled() != 0 {
		t.Error("an update that was on its way is not joined")
	}
}

// TestEndsAreVerified: an End is the author's to seal, with a key that stands.
func TestEndsAreVerified(t *testing.T) {
	c := sealedBy(t, shared(t, 1, label.Flag, nil), anna)
	for _, signer := range []collection.UserID{theHub, ben, home, mallory} {
		_, err := collection.Verify(bg, newRing(), ok(c.End(bg, keyOf(signer), dawn))(t))
		wantErr(t, err, collection.ErrSeal)
	}
	wantErr(t, second(c.End(bg, signerFunc(func() ([]byte, error) { return nil, errOops }), dawn)), errOops)
	wantErr(t, second(c.End(bg, signerFunc(func() ([]byte, error) { return nil, nil }), dawn)), collection.ErrUnsigned)
	_, key := twoKeys()
	other := sealedBy(t, shared(t, 1, label.Flag, func(h *collection.Header, _ *collection.Body) { h.ID = collection.ID{77} }), anna)
	for e := range ok(other.End(bg, key, dawn))(t).Ends() {
		wantErr(t, second(c.WithEnd(e)), collection.ErrOtherCollection)
	}
}

// TestAStolenEndIsUndone: an End whose key is revoked does not stand, and does not keep the
// author's own from standing.
func TestAStolenEndIsUndone(t *testing.T) {
	ring, stolen := twoKeys()
	c := sealedBy(t, shared(t, 1, label.Flag, nil), anna)
	ended := ok(c.End(bg, stolen, dawn.Add(time.Hour)))(t)
	both := ok(ended.End(bg, keyOf(anna), dawn))(t)
	for _, why := range []error{collection.ErrRevoked, collection.ErrExpired} {
		ring.state[stolen.id] = why
		v := ok(collection.Verify(bg, ring, ended))(t)
		if v.Collection().Ended() || len(v.Report().Revoked) != 1 || len(v.Report().Ends) != 0 {
			t.Errorf("%v: ended %v, %+v", why, v.Collection().Ended(), v.Report())
		}
		if _, err := v.Collection().Complete(anna, itemIDs(0)...); err != nil {
			t.Errorf("it does not go on: %v", err)
		}
		if v := ok(collection.Verify(bg, ring, both))(t); !v.Collection().Ended() || len(v.Report().Ends) != 1 {
			t.Errorf("%v: the author's own End went with the stolen one", why)
		}
	}
}

// TestEndAlone: an End that travels alone names its collection and proves itself.
func TestEndAlone(t *testing.T) {
	ring, key := twoKeys()
	c := sealedBy(t, shared(t, 2, label.Flag, nil), anna)
	for e := range ok(c.End(bg, key, dawn))(t).Ends() {
		e = ok(collection.DecodeEnd(ok(e.MarshalBinary())(t)))(t)
		if e.Name() != c.Name() || e.Identity() != c.Identity() || e.Key() != key.id || !e.Issued().Equal(dawn) {
			t.Errorf("%v %v %v %v", e.Name(), e.Identity(), e.Key(), e.Issued())
		}
		if err := e.Verify(bg, ring); err != nil {
			t.Error(err)
		}
		wantErr(t, e.Verify(bg, newRing()), collection.ErrUnknownKey)
		ring.users[key.id] = ben
		wantErr(t, e.Verify(bg, ring), collection.ErrNotAuthorised)
		ring.state[key.id] = collection.ErrRevoked
		wantErr(t, e.Verify(bg, ring), collection.ErrRevoked)
		if again := ok(c.WithEnd(e))(t); !again.Ended() {
			t.Error("it does not end the collection that it names")
		}
	}
}

// TestAnEndThatNamesAnothersKey: it is found out, or it would take that key's place.
func TestAnEndThatNamesAnothersKey(t *testing.T) {
	_, key := twoKeys()
	c := sealedBy(t, shared(t, 1, label.Flag, nil), anna)
	c = ok(c.End(bg, keyOf(anna), dawn))(t)
	_, err := collection.Verify(bg, namesOther{newRing(), key.id}, c)
	wantErr(t, err, collection.ErrBadSeal)
}

// namesOther verifies Ends as if another key of the author's had sealed them.
type namesOther struct {
	toyRing
	key collection.KeyID
}

func (n namesOther) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	user, key, err = n.toyRing.Verify(ctx, typ, statement, seal, issued)
	if typ == collection.TypeEnd {
		key = n.key
	}
	return user, key, err
}

// TestSixteenEnds: more keys than any author has leave those of the least, in any order.
func TestSixteenEnds(t *testing.T) {
	c := sealedBy(t, shared(t, 0, label.Flag, nil), anna)
	up, down := c, c
	for i := range 20 {
		up = ok(up.End(bg, toyKey{collection.KeyID{byte(i + 1)}}, dawn))(t)
		down = ok(down.End(bg, toyKey{collection.KeyID{byte(20 - i)}}, dawn))(t)
	}
	if n := len(slices.Collect(up.Ends())); n != 16 || !up.Equal(down) {
		t.Errorf("%d ends; the same in any order: %v", n, up.Equal(down))
	}
	checkSame(t, ok(collection.Decode(bytesOf(t, up)))(t), bytesOf(t, up))
}

func FuzzDecodeEnd(f *testing.F) {
	seed(f, "end", func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := collection.DecodeEnd(b)
		if err != nil {
			checkPlace(t, err, len(b))
			return
		}
		checkSame(t, e, b)
		if e.Name().Author.IsZero() || e.Name().ID.IsZero() || len(e.Seal()) == 0 || len(e.Seal()) > 1024 {
			t.Fatal("a rule of the format does not hold")
		}
	})
}
