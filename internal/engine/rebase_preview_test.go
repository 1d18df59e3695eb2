package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// seen is the next edition of c, sealed by the author, with previews of both items.
func seen(t *testing.T, c collection.Collection, title string, previews ...string) collection.Collection {
	t.Helper()
	c, err := c.Edit(func(h *collection.Header, items []collection.Item) {
		h.Title = title
		for i, p := range previews {
			items[i].Preview = []byte(p)
		}
	})
	check(t, err)
	c, err = c.Sign(t.Context(), seals("author"), time.Unix(2, 0))
	check(t, err)
	return c
}

// TestTheAuthorityKeepsPreviews: two stations of an author's with two decoders have
// filled in the same blanks. The authority keeps the first ones; the station that came
// later makes another edition with these and its own words, and none if it has nothing
// but other previews.
func TestTheAuthorityKeepsPreviews(t *testing.T) {
	first, _ := two(t)
	theirs, err := seen(t, first, "Title", "theirs").CoSign(t.Context(), seals("authority"), time.Unix(3, 0))
	check(t, err)
	worded := seen(t, seen(t, first, "Title", "ours", "only ours"), "Ours")
	s, _ := run(t, rules, State{Collection: theirs, Sealed: true}, Updated{Collection: worded})
	if s.Collection.EditionDigest() != theirs.EditionDigest() {
		t.Error("the authority takes another preview")
	}
	s, _ = run(t, ofAuthor, State{Collection: worded, Sealed: true}, Updated{Collection: theirs})
	c := s.Collection
	if c.Title() != "Ours" || string(c.Preview(0)) != "theirs" || string(c.Preview(1)) != "only ours" {
		t.Errorf("%q, previews %q and %q", c.Title(), c.Preview(0), c.Preview(1))
	}
	s, _ = run(t, rules, State{Collection: theirs, Sealed: true}, Updated{Collection: c})
	if s.Collection.EditionDigest() != c.EditionDigest() {
		t.Error("the authority does not take the one made anew")
	}
	only := first
	for n := range 100 { // the later one by its digest
		if only = seen(t, first, "Title", fmt.Sprint("ours ", n)); only.Edition().Compare(theirs.Edition()) > 0 {
			break
		}
	}
	_, effects := run(t, ofAuthor, State{Collection: only, Sealed: true}, Updated{Collection: theirs})
	none[Reseal](t, effects)
}

// TestTheAuthorityLosesNoPreview: an edition without the previews of the one that stands
// would let the next one bring others, which whoever has the first ones would refuse.
func TestTheAuthorityLosesNoPreview(t *testing.T) {
	first, _ := two(t)
	theirs, err := seen(t, first, "Title", "theirs").CoSign(t.Context(), seals("authority"), time.Unix(3, 0))
	check(t, err)
	blank := seen(t, seen(t, first, "Ours"), "Ours again")
	s, _ := run(t, rules, State{Collection: theirs, Sealed: true}, Updated{Collection: blank})
	if s.Collection.EditionDigest() != theirs.EditionDigest() {
		t.Error("the authority loses a preview")
	}
	s, _ = run(t, ofAuthor, State{Collection: blank, Sealed: true}, Updated{Collection: theirs})
	if c := s.Collection; c.Title() != "Ours again" || string(c.Preview(0)) != "theirs" {
		t.Errorf("%q, preview %q", c.Title(), c.Preview(0))
	}
}
