package engine

import (
	"errors"
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

// TestGivesWay: two stations of the author's have made a version, each in its own
// way. The one whose edition the authority has not sealed takes the other's, and
// what was said at it stays.
func TestGivesWay(t *testing.T) {
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}}, {ID: collection.ItemID{2}}}})
	check(t, err)
	ours, theirs := made(t, c, "ours"), made(t, c, "theirs")
	ours = says(t, ours, author, func(c collection.Collection) (collection.Update, error) { return c.Withdraw(collection.ItemID{2}) })
	theirs, err = theirs.CoSign(t.Context(), seals("authority"), time.Unix(3, 0))
	check(t, err)
	s := State{Collection: ours, Sealed: true, Held: sets(nil, transport.BitsOf(0))}

	s2, _, err := ofAuthor.Step(s, Updated{Collection: theirs})
	check(t, err)
	if s2.Collection.EditionDigest() != theirs.EditionDigest() || s2.Collection.Withdrawn() != 1 || !s2.Sealed {
		t.Errorf("edition %v, %d withdrawn, sealed %v", s2.Collection.EditionDigest(), s2.Collection.Withdrawn(), s2.Sealed)
	}
	if s2.Holds(0, 1) {
		t.Error("our version counts as theirs")
	}
	for who, c := range map[string]struct {
		Rules
		State
	}{
		"the hub":     {rules, s},
		"a recipient": {Rules{Own: transport.Source{User: reader}}, s},
		"a station whose edition the authority has sealed": {ofAuthor, State{Collection: theirs, Sealed: true}},
	} {
		other := theirs
		if c.State.Collection.EditionDigest() == theirs.EditionDigest() {
			other = ours
		}
		if _, _, err := c.Step(c.State, Updated{Collection: other}); !errors.Is(err, collection.ErrDigestChanged) {
			t.Errorf("%s: %v", who, err)
		}
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
