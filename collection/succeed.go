package collection

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/label"
)

// MaxReplaced is how many collections one may replace.
const MaxReplaced = 16

// Succeed makes a successor of collections of h's author, which it replaces: with whom a
// collection is shared, and which items it has, never changes in itself. It is New with
// the ids of what is replaced in b.Replaces, and with the digests of items that are the
// same, by id, which keep them: nothing of those is uploaded or fetched again. Of a partial
// version that heads have made in different ways, by other renderers, the greatest digest
// stands, as of editions with one number: whoever joins, in whatever order and steps, has the
// same. Complete versions must agree, and digests that b has be one of theirs. All items are
// pending; what is known of their availability is carried over by an update: see CarryOver.
// What is replaced goes on until it is ended; end it once the successor is stored.
//
// Errors: those of New, ErrNotAuthorised if a collection has another author, ErrLimit for
// more than MaxReplaced, and an *ItemError with ErrDigestChanged.
func Succeed(h Header, b Body, replaced ...Collection) (Collection, error) {
	b.Replaces, b.Items = nil, slices.Clone(b.Items)
	for _, c := range replaced {
		if c.Author() != h.Author {
			return Collection{}, fmt.Errorf("succeed: %w: %v is another author's", ErrNotAuthorised, c.Name())
		}
		b.Replaces = append(b.Replaces, c.ID())
	}
	if err := b.keep(replaced); err != nil {
		return Collection{}, fmt.Errorf("succeed: %w", err)
	}
	return New(h, b)
}

// keep takes the digests of what is replaced for the items that b has, too.
func (b *Body) keep(replaced []Collection) error {
	ladder := b.Ladder
	if ladder == nil {
		ladder = label.DefaultLadder()
	}
	for i := range b.Items {
		it := &b.Items[i]
		if !slices.ContainsFunc(replaced, func(c Collection) bool { _, in := c.Index(it.ID); return in }) {
			continue
		}
		it.Digests = append(slices.Clone(it.Digests), make([]Digest, max(0, len(ladder)-len(it.Digests)))...)
		for v := range ladder {
			d, err := joined(it.ID, ladder, v, it.Digests[v], replaced)
			if err != nil {
				return &ItemError{it.ID, err}
			}
			it.Digests[v] = d
		}
	}
	return nil
}

// joined returns the digest of an item's version that a successor has of what it replaces,
// beside its own; zero means that none is known.
func joined(id ItemID, ladder label.Ladder, v int, own Digest, replaced []Collection) (Digest, error) {
	var kept Digest
	same := own.IsZero()
	for _, c := range replaced {
		d := c.digestIn(ladder, v, id)
		if d.IsZero() {
			continue
		}
		if v == len(ladder)-1 && !kept.IsZero() && d != kept {
			return kept, ErrDigestChanged
		}
		same = same || d == own
		if bytes.Compare(d[:], kept[:]) > 0 {
			kept = d
		}
	}
	if kept.IsZero() {
		return own, nil
	}
	if !same {
		return kept, ErrDigestChanged
	}
	return kept, nil
}

// digestIn returns the digest that c has of an item's version of another ladder; zero means
// that it has none.
func (c Collection) digestIn(ladder label.Ladder, v int, id ItemID) (d Digest) {
	at, in := c.Index(id)
	if was := c.versionOf(ladder, v); in && was >= 0 {
		d, _ = c.Digest(at, was)
	}
	return d
}

// versionOf returns the place in c's ladder of a version of another ladder: the complete
// one is the complete one, whatever its name; -1 if c has none of that name.
func (c Collection) versionOf(ladder label.Ladder, v int) int {
	own := c.parts().fixed.ladder
	if v == len(ladder)-1 {
		return len(own) - 1
	}
	return slices.IndexFunc(own[:len(own)-1], func(w label.Version) bool { return w.Name == ladder[v].Name })
}

// CarryOver makes an update by the author, a completer or the authority (the zero UserID)
// that says of a successor's items what collections that it replaces show of them: that
// they are complete, or at a level, where the digests of the versions are the same, and,
// by the author, that they are withdrawn. It says nothing of others, and nothing is taken
// back by it. A completer's says only what updates of that completer's have said there.
// What is replaced must have been verified. Errors: ErrOtherCollection for one that c does
// not replace, ErrNotAuthorised, ErrEnded.
func (c Collection) CarryOver(by UserID, replaced ...Collection) (Update, error) {
	carried := column.Uniform(c.Len(), 0)
	for _, from := range replaced {
		id := from.ID()
		if from.Author() != c.Author() || !in(c.parts().fixed.replaces, id[:]) {
			return Update{}, fmt.Errorf("carry over: %w: %v is not replaced", ErrOtherCollection, from.Name())
		}
		carried = joinInto(carried, c.carriedFrom(by, from))
	}
	return c.update(by, carried)
}

// carriedFrom returns the labels that by carries over from one collection.
func (c Collection) carriedFrom(by UserID, from Collection) column.Column {
	heard := *from.parts().state.get()
	if c.parts().fixed.role(by) == completer {
		heard = from.wordOf(by)
	}
	places := map[uint32][]int{}
	for i := range c.Len() {
		id, now := c.At(i)
		at, ok := from.Index(id)
		if !ok {
			continue
		}
		_, shown := from.At(at)
		said := label.Rank(heard.At(at))
		if said.Generation() != shown.Generation() {
			continue
		}
		if level := c.carries(by, i, from, at, min(said, shown)); level > 0 {
			rank, _ := label.At(now.Generation(), level)
			places[uint32(rank)] = append(places[uint32(rank)], i)
		}
	}
	labels := column.Uniform(c.Len(), 0)
	for rank, items := range places {
		labels = joinInto(labels, column.Of(c.Len(), rank, items))
	}
	return labels
}

// wordOf returns all that an issuer has said of the labels, in whatever generation.
func (c Collection) wordOf(issuer UserID) column.Column {
	p := c.parts()
	own := slices.DeleteFunc(slices.Clone(p.claims), func(s claim) bool { return s.issuer() != issuer })
	return highest(p.fixed.len(), own, (*claim).labels)
}

// carries returns the level of item i that follows from the rank that the same item has in
// another collection, at a place; 0 = none.
func (c Collection) carries(by UserID, i int, from Collection, at int, rank label.Rank) int {
	switch ladder := c.parts().fixed.ladder; {
	case rank.Withdrawn():
		if by == c.Author() {
			return int(label.Withdrawn)
		}
		return 0
	case rank.Complete():
		if c.sameVersion(i, from, at, len(ladder)-1) {
			return int(label.Complete)
		}
		return 0
	case c.Kind() != label.Degree:
		return 0
	default:
		n := min(int(rank.Level()), len(ladder)-1)
		for v := range n {
			if from.versionOf(ladder, v) != v || !c.sameVersion(i, from, at, v) {
				return v
			}
		}
		return n
	}
}

// sameVersion reports whether a version of item i is known to be the same bytes in from.
func (c Collection) sameVersion(i int, from Collection, at, v int) bool {
	was := from.versionOf(c.parts().fixed.ladder, v)
	if was < 0 {
		return false
	}
	d, known := c.Digest(i, v)
	e, there := from.Digest(at, was)
	return known && there && d == e
}
