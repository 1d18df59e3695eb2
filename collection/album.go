package collection

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"time"
)

// An Album is what people see as one: a collection, or several of which some replace
// others, directly or through others. A camera that was offline and the computer at home may each have made a
// successor; then both are heads, until a third successor replaces them. It is an
// immutable value.
type Album struct {
	heads, replaced []Collection
}

// Albums returns the albums that collections form, in the order in which the first of each
// stands. It does no more than compare what they replace: collections that are not known
// play no part, and seals are for Verify. Of several copies of one collection give it their
// join. The result is the same whatever the order, but for that of the albums.
func Albums(known iter.Seq[Collection]) []Album {
	g := newLineage(known)
	var albums []Album
	of := map[int]int{} // by the root
	for i, c := range g.all {
		root := g.root(i)
		n, ok := of[root]
		if !ok {
			n = len(albums)
			of[root], albums = n, append(albums, Album{})
		}
		if a := &albums[n]; g.isHead(i) {
			a.heads = append(a.heads, c)
		} else {
			a.replaced = append(a.replaced, c)
		}
	}
	for _, a := range albums {
		slices.SortFunc(a.heads, compareMade)
	}
	return albums
}

// compareMade orders collections by when they were made.
func compareMade(c, d Collection) int {
	x, y := c.Identity(), d.Identity()
	return cmp.Or(cmp.Compare(c.parts().fixed.created, d.parts().fixed.created), bytes.Compare(x[:], y[:]))
}

// Heads returns the collections that no other replaces and that have not ended, in the
// order in which they were made. There is none when the album has ended, nor when its
// collections replace one another in a circle, which no honest author makes. The slice must
// not be changed.
func (a Album) Heads() []Collection { return a.heads }

// Replaced returns the others. The slice must not be changed.
func (a Album) Replaced() []Collection { return a.replaced }

// Refuses reports whether u, who was a reader, is one no more: a reader of what was
// replaced who is missing from any head reads nothing of the album, in no head. The author
// is never refused.
func (a Album) Refuses(u UserID) bool {
	missing := slices.ContainsFunc(a.heads, func(c Collection) bool { return !c.MayRead(u) })
	return missing && slices.ContainsFunc(a.replaced, func(c Collection) bool { return c.MayRead(u) })
}

// Items yields the items of the album, each once, with the head that has most of it and
// its place there: those of the first head, then what others add.
func (a Album) Items() iter.Seq2[int, Collection] {
	return func(yield func(int, Collection) bool) {
		seen := map[ItemID]bool{}
		for _, head := range a.heads {
			for i := range head.Len() {
				id, _ := head.At(i)
				if seen[id] {
					continue
				}
				seen[id] = true
				if best := a.best(id); !yield(best.place, best.head) {
					return
				}
			}
		}
	}
}

type shownIn struct {
	head  Collection
	place int
}

// best is where an item is shown: where its level is the highest.
func (a Album) best(id ItemID) (best shownIn) {
	level := -1
	for _, head := range a.heads {
		if i, ok := head.Index(id); ok {
			if _, rank := head.At(i); rank.Level() > level {
				best, level = shownIn{head, i}, rank.Level()
			}
		}
	}
	return best
}

// Join returns what a successor of all heads would be: the header of the head that was made
// last, without id and time; all items; and all recipients and completers, without those
// whom the album refuses. Blinded addresses belong to one collection, and are left out. Give
// it an id and a time, change what is to be changed, and call [Succeed] with Heads.
func (a Album) Join() (Header, Body) {
	if len(a.heads) == 0 {
		return Header{}, Body{}
	}
	last := a.heads[len(a.heads)-1]
	h, b := last.Header(), Body{Kind: last.Kind(), Ladder: last.Ladder()}
	h.ID, h.Created, h.Edition, h.AuthorSeal, h.AuthoritySeal = ID{}, time.Time{}, 0, nil, nil
	for _, head := range a.heads {
		b.Recipients = slices.AppendSeq(b.Recipients, head.Recipients())
		b.Completers = slices.AppendSeq(b.Completers, head.Completers())
		b.Subs = slices.AppendSeq(b.Subs, head.Subs())
	}
	b.Recipients = slices.DeleteFunc(b.Recipients, a.Refuses)
	b.Completers = slices.DeleteFunc(b.Completers, a.Refuses)
	for i, head := range a.Items() {
		b.Items = append(b.Items, head.Item(i))
	}
	return h, b.normal()
}
