package collection_test

import (
	"bytes"
	"maps"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

func TestResolved(t *testing.T) {
	first, second, third := collection.Address{1}, collection.Address{2}, collection.Address{3}
	c := shared(t, 0, label.Flag, func(_ *collection.Header, b *collection.Body) {
		b.Addresses = []collection.Address{first, second, third}
	})
	type pair struct {
		a collection.Address
		u collection.UserID
	}
	list := func(c collection.Collection) (all []pair) {
		for a, u := range c.Resolved() {
			all = append(all, pair{a, u})
		}
		return all
	}
	if all := list(c); len(all) != 0 || len(list(collection.Collection{})) != 0 {
		t.Errorf("resolved before anybody said so: %v", all)
	}
	resolved := ok(c.Resolve(bg, keyOf(theHub), second, mallory, dawn))(t)
	resolved = ok(resolved.Resolve(bg, keyOf(theHub), first, ben, dawn))(t)
	want := []pair{{first, ben}, {second, mallory}}
	if all := list(ok(collection.Decode(bytesOf(t, resolved)))(t)); len(all) != 2 || all[0] != want[0] || all[1] != want[1] {
		t.Errorf("%v, want %v", all, want)
	}
	for a := range resolved.Resolved() {
		if a != first {
			t.Error("went on after a break")
		}
		break
	}
}

// blinded is a collection of one item that anna shares with an address, sealed.
func blinded(t *testing.T) (c collection.Collection, hidden collection.Address) {
	hidden = collection.Address{5}
	c = shared(t, 1, label.Flag, func(_ *collection.Header, b *collection.Body) { b.Addresses = []collection.Address{hidden} })
	return sealedBy(t, c, anna), hidden
}

// TestAcceptance: whom the authority has named for an address reads complete versions once the
// author has said so of the same address and user, and for ever.
func TestAcceptance(t *testing.T) {
	c, hidden := blinded(t)
	accepted := ok(c.Accept(bg, keyOf(anna), hidden, mallory, dawn))(t)
	if accepted.MayRead(mallory) || accepted.MayReadComplete(mallory) {
		t.Error("the author alone has resolved an address")
	}
	resolved := ok(c.Resolve(bg, keyOf(theHub), hidden, mallory, dawn))(t)
	other := ok(resolved.Accept(bg, keyOf(anna), hidden, home, dawn))(t)
	for _, c := range []collection.Collection{resolved, other} {
		if !c.MayRead(mallory) || c.MayReadComplete(mallory) || !maps.Equal(maps.Collect(c.Unaccepted()), map[collection.Address]collection.UserID{hidden: mallory}) {
			t.Error("complete versions for whom the authority alone has named")
		}
	}
	both := merged(t, resolved, accepted)
	both = ok(both.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "another" }))(t)
	both = ok(collection.Decode(bytesOf(t, both)))(t)
	if !both.MayReadComplete(mallory) || len(maps.Collect(both.Unaccepted())) != 0 {
		t.Error("accepted, and has no complete versions")
	}
	for _, u := range []collection.UserID{anna, ben, home, tower} {
		if !c.MayReadComplete(u) {
			t.Errorf("%v is named and has no complete versions", u)
		}
	}
	if c.MayReadComplete(collection.UserID{}) || (collection.Collection{}).MayReadComplete(collection.UserID{}) {
		t.Error("nobody has complete versions")
	}
}

// TestMergeSaid: what is said comes without the edition that it came with.
func TestMergeSaid(t *testing.T) {
	c, hidden := blinded(t)
	said := ok(c.Resolve(bg, keyOf(theHub), hidden, mallory, dawn))(t)
	said = ok(said.Accept(bg, keyOf(anna), hidden, mallory, dawn))(t)
	said = ok(said.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "another" }))(t)
	both, changed, err := c.MergeSaid(said)
	if err != nil || !changed || both.EditionDigest() != c.EditionDigest() || !both.MayReadComplete(mallory) {
		t.Errorf("changed %v, %q: %v", changed, both.Title(), err)
	}
	if _, changed, err = both.MergeSaid(said); err != nil || changed {
		t.Errorf("once more: changed %v: %v", changed, err)
	}
	other := ok(collection.New(collection.Header{ID: holiday, Author: anna}, collection.Body{}))(t)
	_, _, err = c.MergeSaid(other)
	wantErr(t, err, collection.ErrOtherCollection)
}

// TestAcceptancesAreVerified: they are the author's to seal.
func TestAcceptancesAreVerified(t *testing.T) {
	c, hidden := blinded(t)
	c = ok(c.Resolve(bg, keyOf(theHub), hidden, mallory, dawn))(t)
	v := ok(collection.Verify(bg, newRing(), ok(c.Accept(bg, keyOf(anna), hidden, mallory, dawn))(t)))(t)
	if !v.Collection().MayReadComplete(mallory) {
		t.Error("accepted in vain")
	}
	for _, signer := range []collection.UserID{theHub, ben, home, mallory} {
		_, err := collection.Verify(bg, newRing(), ok(c.Accept(bg, keyOf(signer), hidden, mallory, dawn))(t))
		wantErr(t, err, collection.ErrSeal)
	}
	for what, err := range map[string]error{
		"another address": second(c.Accept(bg, keyOf(anna), collection.Address{6}, mallory, dawn)),
		"nobody":          second(c.Accept(bg, keyOf(anna), hidden, collection.UserID{}, dawn)),
		"no authority":    second(ok(collection.New(collection.Header{ID: holiday, Author: anna}, c.Body()))(t).Accept(bg, keyOf(anna), hidden, mallory, dawn)),
	} {
		if err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}

// TestAcceptanceByARevokedKey: it does not count any more, and hides nobody else's.
func TestAcceptanceByARevokedKey(t *testing.T) {
	c, hidden := blinded(t)
	c = ok(c.Resolve(bg, keyOf(theHub), hidden, mallory, dawn))(t)
	ring, stolen := newRing(), toyKey{collection.KeyID{0x66}}
	ring.users[stolen.id] = anna
	c = ok(c.Accept(bg, stolen, hidden, mallory, dawn.Add(time.Hour)))(t)
	if v := ok(collection.Verify(bg, ring, c))(t); !v.Collection().MayReadComplete(mallory) {
		t.Fatal("accepted in vain")
	}
	ring.state[stolen.id] = collection.ErrRevoked
	v := ok(collection.Verify(bg, ring, c))(t)
	if v.Collection().MayReadComplete(mallory) || len(v.Report().Revoked) != 1 {
		t.Errorf("a revoked key has accepted: %+v", v.Report())
	}
	c = ok(c.Accept(bg, keyOf(anna), hidden, mallory, dawn))(t)
	if v = ok(collection.Verify(bg, ring, c))(t); !v.Collection().MayReadComplete(mallory) {
		t.Error("what a standing key says is hidden")
	}
}

// TestManyResolved: an authority that names one user after the other for an address makes no
// collection that grows without bound, and none that cannot be read; nor does an author.
func TestManyResolved(t *testing.T) {
	c, hidden := blinded(t)
	one := func(key collection.KeyID, n int) collection.Collection {
		u := collection.UserID{0x70, byte(n)}
		r := ok(c.Resolve(bg, keyOf(theHub), hidden, u, dawn.Add(time.Duration(n)*time.Second)))(t)
		return ok(r.Accept(bg, toyKey{key}, hidden, u, dawn))(t)
	}
	up, down := c, c
	for i := range 20 * 20 {
		up = merged(t, up, one(collection.KeyID{byte(1 + i/20)}, i%20))
		down = merged(t, one(collection.KeyID{byte(20 - i/20)}, 19-i%20), down)
	}
	if !bytes.Equal(bytesOf(t, up), bytesOf(t, down)) || !bytes.Equal(bytesOf(t, up), bytesOf(t, merged(t, up, down))) {
		t.Error("the order decides who stays")
	}
	n := 0
	for range up.Resolved() {
		n++
	}
	if n != 16 {
		t.Errorf("%d users for one address", n)
	}
	least := collection.Limits{Recipients: 5}
	if _, err := least.Decode(bytesOf(t, up)); err != nil {
		t.Errorf("cannot be read: %v", err)
	}
	if _, changed, err := up.Merge(one(collection.KeyID{99}, 19)); err != nil || changed {
		t.Errorf("what does not stay is a change: %v", err)
	}
}
