package collection

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"

	"github.com/glimpse-go/glimpse/internal/idindex"
	"github.com/glimpse-go/glimpse/label"
)

// A Collection is an immutable value: copies share their columns, and all
// methods may be called at the same time. The zero Collection is empty and has
// no name.
type Collection struct{ p *parts }

// parts are a collection's parts, each immutable and shared with the collections
// that came from it.
type parts struct {
	fixed    *fixed
	edition  *edition
	seals    seals
	claims   []claim // those that are carried, ascending by writer: see fixed.join
	state    *state
	resolved []resolution // by the authority
	accepted []resolution // by the author
	ends     []resolution // by the author, ascending by key: see End
}

// seals are the two seals over an edition.
type seals struct{ author, authority seal }

// A seal is a COSE_Sign1 over a statement, and when it was made: seconds since
// 1970, 0 = no clock.
type seal struct {
	issued uint64
	bytes  []byte
}

var none = func() *parts {
	f := &fixed{identity: sumOnce(nil), ladder: label.DefaultLadder()}
	p := &parts{fixed: f, edition: &edition{raw: []byte{0xa0}, digest: sumOnce([]byte{0xa0})}}
	p.carry(nil)
	return p
}()

func (c Collection) parts() *parts {
	if c.p == nil {
		return none
	}
	return c.p
}

// New makes a collection without updates: all its items are pending. The
// header's seals are left out. It refuses duplicate item ids with ErrDuplicate,
// everything else as Decode does.
func New(h Header, b Body) (Collection, error) {
	b = b.normal()
	if err := checkMade(&h, &b); err != nil {
		return Collection{}, err
	}
	l := Limits{}.withDefaults()
	f, err := decodeFixed(encodeFixed(&h, &b), 0, &l)
	if err != nil {
		return Collection{}, fmt.Errorf("collection: fixed part: %w", err)
	}
	made := previewsOf(b.Items, &previews{}, &previews{})
	e, err := decodeEdition(encodeEdition(&h, b.Items, len(f.ladder), made), 0, f, &l)
	if err != nil {
		return Collection{}, fmt.Errorf("collection: edition: %w", err)
	}
	p := &parts{fixed: f, edition: e}
	p.carry(nil)
	c := Collection{p}
	return c, c.Validate()
}

// normal is b as it is encoded: with a ladder, and with sets in order.
func (b Body) normal() Body {
	b.Recipients = sortedSet(b.Recipients, compareUsers)
	b.Addresses = sortedSet(b.Addresses, compareAddresses)
	b.Completers = sortedSet(b.Completers, compareUsers)
	b.Subs = sortedSet(b.Subs, compareNames)
	b.Replaces = sortedSet(b.Replaces, compareIDs)
	if b.Ladder == nil {
		b.Ladder = label.DefaultLadder()
	}
	return b
}

// checkMade refuses what the encoding could not even say.
func checkMade(h *Header, b *Body) error {
	if err := b.Ladder.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrLadder, err)
	}
	for _, v := range b.Ladder {
		if v.Pixels < 0 {
			return fmt.Errorf("%w: %q has %d pixels", ErrLadder, v.Name, v.Pixels)
		}
	}
	if !h.Created.IsZero() && h.Created.UnixMilli() <= 0 || h.Hints.PerPage < 0 {
		return fmt.Errorf("%w: created %v, %d items per page", ErrMalformed, h.Created, h.Hints.PerPage)
	}
	for i := range b.Items {
		if n := len(b.Items[i].Digests); n > len(b.Ladder) {
			return fmt.Errorf("%w: item %d has %d digests", ErrLength, i, n)
		}
		if n := len(b.Items[i].Preview); n > maxPreview {
			return fmt.Errorf("%w: item %d has a preview of %d bytes", ErrLimit, i, n)
		}
	}
	return nil
}

// Validate reports whether the item ids are all different and none is zero:
// ErrDuplicate and ErrZero with the item's number. Decode leaves this out, for it needs the
// look-up index, which costs several times the rest; so do whatever reads
// labels by number. Once an index exists, what looks items up by id finds the
// first of two.
func (c Collection) Validate() error {
	f := c.parts().fixed
	if d := f.indexed().Duplicate(); d >= 0 {
		return fmt.Errorf("%w: item %d, %v", ErrDuplicate, d, f.item(d))
	}
	if i := f.indexed().Find(0, 0); i >= 0 {
		return fmt.Errorf("%w: item %d", ErrZero, i)
	}
	return nil
}

// Name returns the author and the id, which name the collection.
func (c Collection) Name() Name { return Name{c.Author(), c.ID()} }

// ID returns the collection's id, unique among those of its author.
func (c Collection) ID() ID { return c.parts().fixed.id }

// Author returns the user who shares the collection.
func (c Collection) Author() UserID { return c.parts().fixed.author }

// Authority returns the key of the one hub whose validation the collection
// accepts; zero = none.
func (c Collection) Authority() KeyID { return c.parts().fixed.authority }

// Kind returns how the collection writes and shows its labels.
func (c Collection) Kind() label.Kind { return c.parts().fixed.kind }

// Ladder returns a copy of the names of the versions, smallest first.
func (c Collection) Ladder() label.Ladder { return slices.Clone(c.parts().fixed.ladder) }

// Len returns the number of items.
func (c Collection) Len() int { return c.parts().fixed.len() }

// Identity returns the SHA-256 of the fixed part, to which updates bind. It is
// computed once, on first use.
func (c Collection) Identity() Digest { return c.parts().fixed.identity() }

// Edition names the collection's edition among the others of the collection.
func (c Collection) Edition() Edition { return c.parts().edition.named() }

// EditionDigest returns the SHA-256 of the editable part.
func (c Collection) EditionDigest() Digest { return c.parts().edition.digest() }

// Title returns the title of the collection's edition.
func (c Collection) Title() string { return string(c.parts().edition.title) }

// Header returns a copy of the header.
func (c Collection) Header() Header {
	p := c.parts()
	h := Header{
		ID: p.fixed.id, Author: p.fixed.author, Authority: p.fixed.authority,
		Edition: p.edition.number, Title: c.Title(), Metadata: p.edition.metadataMap(), Hints: p.edition.hints,
		AuthorSeal: slices.Clone(p.seals.author.bytes), AuthoritySeal: slices.Clone(p.seals.authority.bytes),
	}
	if p.fixed.created != 0 {
		h.Created = time.UnixMilli(int64(p.fixed.created)).UTC()
	}
	return h
}

// IsDraft reports whether there is no seal over the edition, of the author's or of
// the authority's.
func (c Collection) IsDraft() bool {
	s := c.parts().seals
	return len(s.author.bytes)+len(s.authority.bytes) == 0
}

// Body returns a copy of the body: 200 bytes and more an item. Items and At
// read a collection without copying it.
func (c Collection) Body() Body {
	b := Body{Kind: c.Kind(), Ladder: c.Ladder(), Items: make([]Item, c.Len())}
	for i := range b.Items {
		b.Items[i] = c.Item(i)
	}
	b.Recipients = slices.Collect(c.Recipients())
	b.Addresses = slices.Collect(c.Addresses())
	b.Completers = slices.Collect(c.Completers())
	b.Subs = slices.Collect(c.Subs())
	b.Replaces = slices.Collect(c.Replaces())
	return b
}

// At returns the id of item i, counted from 0, and its label. It panics if
// there is no such item, as a slice does.
func (c Collection) At(i int) (ItemID, label.Rank) {
	p := c.parts()
	return p.fixed.item(i), label.Rank(p.state.get().At(i))
}

// Item returns what is known of item i but its label, and no preview if it is
// withdrawn.
func (c Collection) Item(i int) Item {
	p := c.parts()
	item := Item{ID: p.fixed.item(i), Caption: p.edition.captions.of(i), MediaType: p.edition.mediaType(i), Preview: slices.Clone(c.Preview(i))}
	for v := range p.fixed.ladder {
		if d, ok := p.edition.digestAt(i, v); ok {
			item.Digests = append(item.Digests, make([]Digest, v-len(item.Digests))...)
			item.Digests = append(item.Digests, d)
		}
	}
	return item
}

// Items yields the items in display order with their labels.
func (c Collection) Items() iter.Seq2[ItemID, label.Rank] {
	return func(yield func(ItemID, label.Rank) bool) {
		p := c.parts()
		ids, labels := p.fixed.items, p.state.get().Reader()
		var ranks [256]uint32
		for n := labels.Read(ranks[:]); n > 0; n = labels.Read(ranks[:]) {
			for _, rank := range ranks[:n] {
				if !yield(ItemID(ids[:idSize]), label.Rank(rank)) {
					return
				}
				ids = ids[idSize:]
			}
		}
	}
}

// Labels yields the labels in display order, each with the place of its item: what Items
// yields without the ids, in less time.
func (c Collection) Labels() iter.Seq2[int, label.Rank] {
	return func(yield func(int, label.Rank) bool) {
		labels, i := c.parts().state.get().Reader(), 0
		var ranks [256]uint32
		for n := labels.Read(ranks[:]); n > 0; n = labels.Read(ranks[:]) {
			for _, rank := range ranks[:n] {
				if !yield(i, label.Rank(rank)) {
					return
				}
				i++
			}
		}
	}
}

// Index returns the place of an item. The first call on a collection builds an
// index of 6.4 bytes an item, which the collections made from it share.
func (c Collection) Index(id ItemID) (int, bool) {
	i := c.parts().fixed.indexed().Find(idindex.Halves((*[idSize]byte)(&id)))
	return max(i, 0), i >= 0
}

// Label returns the label of an item; pending and false if the collection does
// not have the item.
func (c Collection) Label(id ItemID) (label.Rank, bool) {
	first, second := idindex.Halves((*[idSize]byte)(&id))
	p := c.parts()
	known := p.state.bits.Load()
	if known == nil {
		return p.labelOf(first, second)
	}
	i := known.ids.Find(first, second)
	if i < 0 {
		return label.Pending, false
	}
	return label.Rank(known.labels.At(i)), true
}

// Digest returns the digest of a version of item i, if the edition has it.
func (c Collection) Digest(i, version int) (Digest, bool) {
	return c.parts().edition.digestAt(i, version)
}

// Preview returns the preview of item i, as [Item] has it; nil if there is none, or
// the item is withdrawn. It is part of the collection and must not be changed. It
// takes constant time, and panics if there is no such item.
func (c Collection) Preview(i int) []byte {
	if _, rank := c.At(i); rank.Withdrawn() {
		return nil
	}
	return c.parts().edition.previews.of(i)
}

// Labelled returns how many items carry a label.
func (c Collection) Labelled() int {
	return c.parts().state.get().Count(func(v uint32) bool { return label.Rank(v).Labelled() })
}

// Withdrawn returns how many items the author has withdrawn; they are labelled,
// too.
func (c Collection) Withdrawn() int {
	return c.parts().state.get().Count(func(v uint32) bool { return label.Rank(v).Withdrawn() })
}

// Settled reports whether every item is complete or withdrawn.
func (c Collection) Settled() bool {
	return c.parts().state.get().Count(func(v uint32) bool { return label.Rank(v).Settled() }) == c.Len()
}

// Recipients yields the users with whom the collection is shared, ascending.
func (c Collection) Recipients() iter.Seq[UserID] {
	return values(c.parts().fixed.recipients, userSize, func(b []byte) UserID { return UserID(b) })
}

// Addresses yields the blinded addresses with which the collection is shared,
// ascending.
func (c Collection) Addresses() iter.Seq[Address] {
	return values(c.parts().fixed.addresses, keySize, func(b []byte) Address { return Address(b) })
}

// Completers yields the users who may remove labels besides the author,
// ascending.
func (c Collection) Completers() iter.Seq[UserID] {
	return values(c.parts().fixed.completers, userSize, func(b []byte) UserID { return UserID(b) })
}

// HasCompleter reports whether a user may remove labels besides the author.
func (c Collection) HasCompleter(u UserID) bool { return in(c.parts().fixed.completers, u[:]) }

// Subs yields the names of the sub-collections, ascending.
func (c Collection) Subs() iter.Seq[Name] {
	return values(c.parts().fixed.subs, nameSize, func(b []byte) Name {
		return Name{UserID(b[:userSize]), ID(b[userSize:])}
	})
}

// Replaces yields the ids of the collections of the same author that this one replaces,
// ascending: see Succeed.
func (c Collection) Replaces() iter.Seq[ID] {
	return values(c.parts().fixed.replaces, idSize, func(b []byte) ID { return ID(b) })
}

func values[T any](col []byte, size int, value func([]byte) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i := 0; i < len(col); i += size {
			if !yield(value(col[i : i+size])) {
				return
			}
		}
	}
}

// in reports whether a sorted column has a value.
func in(col, value []byte) bool {
	size := len(value)
	n := len(col) / size
	i := sort.Search(n, func(i int) bool { return bytes.Compare(col[i*size:(i+1)*size], value) >= 0 })
	return i < n && bytes.Equal(col[i*size:(i+1)*size], value)
}
