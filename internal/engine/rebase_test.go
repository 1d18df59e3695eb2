package engine

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// made is an edition of c in which somebody has made the screen version of the
// first item.
func made(t *testing.T, c collection.Collection, bytes string) collection.Collection {
	t.Helper()
	c, err := c.Edit(func(h *collection.Header, items []collection.Item) {
		for len(items[0].Digests) < 2 {
			items[0].Digests = append(items[0].Digests, collection.Digest{})
		}
		items[0].Digests[1] = digest.Sum([]byte(bytes))
	})
	check(t, err)
	c, err = c.Sign(t.Context(), seals("author"), time.Unix(2, 0))
	check(t, err)
	return c
}

// two are a collection of two items, and two editions made of it at once that
// contradict each other: the later one, and one that the authority has sealed.
func two(t *testing.T, addresses ...collection.Address) (later, sealed collection.Collection) {
	t.Helper()
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}}, {ID: collection.ItemID{2}}}, Addresses: addresses})
	check(t, err)
	sealed = made(t, c, "theirs")
	for n := range 100 {
		if later = made(t, c, fmt.Sprint("ours ", n)); later.Edition().Compare(sealed.Edition()) > 0 {
			break
		}
	}
	sealed, err = sealed.CoSign(t.Context(), seals("authority"), time.Unix(3, 0))
	check(t, err)
	return later, sealed
}

// TestRebase: a station of the author's whose edition contradicts the authority's,
// or lacks what that has, makes another one of that, with its own words and what
// only it has made; what was said at it stays.
func TestRebase(t *testing.T) {
	ours, theirs := two(t)
	ours = says(t, ours, author, func(c collection.Collection) (collection.Update, error) { return c.Withdraw(collection.ItemID{2}) })
	ours, err := ours.Edit(func(h *collection.Header, items []collection.Item) {
		h.Title, items[1].Caption = "Ours", "boat"
		items[1].Digests = []collection.Digest{digest.Sum([]byte("only here"))}
	})
	check(t, err)
	s := State{Collection: ours, Sealed: true, Held: sets(transport.BitsOf(1), transport.BitsOf(0))}
	s, _ = run(t, ofAuthor, s, Updated{Collection: theirs})
	c := s.Collection
	if c.Header().Edition != ours.Header().Edition+1 || c.Title() != "Ours" || c.Item(1).Caption != "boat" || c.Withdrawn() != 1 || !s.Sealed {
		t.Errorf("edition %d, %q, %q, %d withdrawn, sealed %v", c.Header().Edition, c.Title(), c.Item(1).Caption, c.Withdrawn(), s.Sealed)
	}
	if !c.HasDigestsOf(theirs) || c.Item(1).Digests[0].IsZero() || s.Holds(0, 1) {
		t.Errorf("digests %v, held %v", c.Item(1).Digests, s.Held)
	}
	again, effects := run(t, ofAuthor, s, Updated{Collection: theirs})
	if none[Reseal](t, effects); again.Collection.EditionDigest() != c.EditionDigest() {
		t.Error("made once more")
	}
	hub, _ := run(t, rules, State{Collection: theirs, Sealed: true}, Updated{Collection: c})
	if hub.Collection.EditionDigest() != c.EditionDigest() {
		t.Error("the authority does not take it")
	}
}

// TestRebaseOfTheEarlier: of the earlier of two editions no words are left.
func TestRebaseOfTheEarlier(t *testing.T) {
	theirs, ours := two(t)
	theirs, err := theirs.CoSign(t.Context(), seals("authority"), time.Unix(3, 0))
	check(t, err)
	body, h := ours.Body(), ours.Header()
	h.AuthoritySeal = nil
	unsealed, err := collection.New(h, body)
	check(t, err)
	_, effects := run(t, ofAuthor, State{Collection: unsealed, Sealed: true}, Updated{Collection: theirs})
	none[Reseal](t, effects)
}

// TestTheAuthorityKeepsDigests: the authority takes no edition that lacks or
// contradicts what it has sealed, but what was said with it. Whoever else meets
// two that contradict each other takes neither for the other.
func TestTheAuthorityKeepsDigests(t *testing.T) {
	later, sealed := two(t)
	later = says(t, later, author, func(c collection.Collection) (collection.Update, error) { return c.Withdraw(collection.ItemID{2}) })
	for what, e := range map[string]Event{
		"updated": Updated{Collection: later},
		"shared":  Shared{By: author, Collection: later, Sealed: true},
	} {
		s, _ := run(t, rules, State{Collection: sealed, Sealed: true}, e)
		if s.Collection.EditionDigest() != sealed.EditionDigest() || s.Collection.Withdrawn() != 1 {
			t.Errorf("%s: edition %v, %d withdrawn", what, s.Collection.Header().Edition, s.Collection.Withdrawn())
		}
	}
	for who, c := range map[string]struct {
		Rules
		State
		other collection.Collection
	}{
		"a recipient": {Rules{Own: transport.Source{User: reader}}, State{Collection: later, Sealed: true}, sealed},
		"a station whose edition the authority has sealed": {ofAuthor, State{Collection: sealed, Sealed: true}, later},
	} {
		if _, _, err := c.Step(c.State, Updated{Collection: c.other}); !errors.Is(err, collection.ErrDigestChanged) {
			t.Errorf("%s: %v", who, err)
		}
	}
}

// TestAcceptedStaysAccepted: whom the author has accepted while another edition of the
// author's was made is accepted in the one that stands, at the authority and at home.
func TestAcceptedStaysAccepted(t *testing.T) {
	ours, theirs := two(t, hidden)
	theirs, err := theirs.Resolve(t.Context(), seals("authority"), hidden, stranger, time.Unix(9, 0))
	check(t, err)
	ours, err = ours.Resolve(t.Context(), seals("authority"), hidden, stranger, time.Unix(9, 0))
	check(t, err)
	ours, err = ours.Accept(t.Context(), seals("author"), hidden, stranger, time.Unix(10, 0))
	check(t, err)
	for what, e := range map[string]Event{
		"updated": Updated{Collection: ours},
		"shared":  Shared{By: author, Collection: ours, Sealed: true},
	} {
		s, _ := run(t, rules, State{Collection: theirs, Sealed: true}, e)
		if c := s.Collection; c.EditionDigest() != theirs.EditionDigest() || !c.MayReadComplete(stranger) {
			t.Errorf("%s: the authority has forgotten it", what)
		}
	}
	s, _ := run(t, ofAuthor, State{Collection: ours, Sealed: true}, Updated{Collection: theirs})
	if c := s.Collection; !c.HasDigestsOf(theirs) || !c.MayReadComplete(stranger) {
		t.Error("the author's station has forgotten it")
	}
}

// TestHeldInTheEdition: of two editions of one state one wins; what only the
// other one has a digest of is not held until it is added again.
func TestHeldInTheEdition(t *testing.T) {
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}, Digests: []collection.Digest{digest.Sum(nil)}}}})
	check(t, err)
	ours, theirs := made(t, c, "ours"), c
	for range 2 {
		theirs, err = theirs.Edit(func(h *collection.Header, _ []collection.Item) { h.Title += "!" })
		check(t, err)
	}
	theirs, err = theirs.Sign(t.Context(), seals("author"), time.Unix(2, 0))
	check(t, err)
	s, _, err := ofAuthor.Step(State{Collection: ours, Sealed: true, Held: sets(transport.BitsOf(0), transport.BitsOf(0))}, Updated{Collection: theirs})
	check(t, err)
	if !s.Holds(0, 0) || s.Holds(0, 1) {
		t.Errorf("held %v", s.Held)
	}
}

// TestResealedKeepsWhatWasSaid: the key that sealed an edition was revoked, and
// the authority's seal stands alone. Another seal of the author's is no reason to
// forget what was said meanwhile.
func TestResealedKeepsWhatWasSaid(t *testing.T) {
	c, err := sealedDraft(t, 3).CoSign(t.Context(), seals("authority"), time.Unix(2, 0))
	check(t, err)
	withdrawn := says(t, c, author, func(c collection.Collection) (collection.Update, error) { return c.Withdraw(items(3)[0].ID) })
	alone, err := collection.New(c.Header(), c.Body())
	check(t, err)
	alone, err = alone.CoSign(t.Context(), seals("authority"), time.Unix(2, 0))
	check(t, err)
	for u := range withdrawn.Updates() {
		alone, _, err = alone.Apply(u)
		check(t, err)
	}
	for what, e := range map[string]Event{
		"shared":  fromDevice(sealedDraft(t, 3), true),
		"updated": Updated{Collection: sealedDraft(t, 3)},
	} {
		s, _ := run(t, rules, State{Collection: alone}, e)
		if s.Collection.Withdrawn() != 1 || !s.Sealed {
			t.Errorf("%s: %d withdrawn, sealed %v", what, s.Collection.Withdrawn(), s.Sealed)
		}
	}
}

// TestRebaseIsLaterThanBoth: a station has edited several times while it was cut off,
// the last time back to the words that the authority has. Its edition does not go
// back: somebody may have met it.
func TestRebaseIsLaterThanBoth(t *testing.T) {
	_, theirs := two(t)
	ours, err := collection.New(collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}}, {ID: collection.ItemID{2}}}})
	check(t, err)
	for _, title := range []string{"one", "two", ""} {
		ours, err = ours.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = title })
		check(t, err)
	}
	s, _ := run(t, ofAuthor, State{Collection: ours, Sealed: true}, Updated{Collection: theirs})
	if c := s.Collection; c.Header().Edition != 4 || !c.HasDigestsOf(theirs) {
		t.Errorf("edition %d", c.Header().Edition)
	}
}
