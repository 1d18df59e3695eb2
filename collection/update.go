package collection

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// The refusals of an update.
var (
	// ErrOtherCollection is an update that binds to another collection's identity,
	// or two collections of different identities that were to be merged.
	ErrOtherCollection = fmt.Errorf("%w: of another collection", ErrNotAuthorised)
	// ErrOtherKind is an update whose labels are of another kind.
	ErrOtherKind = errors.New("labels of another kind")
)

// An Update is a joinable fragment: what one issuer says of the labels of some
// items of one collection. It says nothing of the others. Updates may come in
// any order, repeatedly or not at all: collections that have the same ones are
// equal, and an old one can never bring a label back.
//
// An Update is an immutable value; the zero Update belongs to no collection.
type Update struct {
	identity Digest
	kind     label.Kind
	n        int
	claim    claim
}

// Keys of an update.
const (
	updateIdentity = 1 + iota
	updateKind
	updateItems
	updateLabels
	updateIssuer
	updateIssued
	updateSeal
)

// Identity returns the identity of the collection that the update belongs to.
func (u Update) Identity() Digest { return u.identity }

// Kind returns the kind of the collection's labels.
func (u Update) Kind() label.Kind { return u.kind }

// Issuer returns who says it: the author, a completer, or zero for the
// authority.
func (u Update) Issuer() UserID { return u.claim.issuer }

// Issued returns when it was sealed, in whole seconds; the zero time if the
// issuer has no clock. Nothing is ordered by it.
func (u Update) Issued() time.Time { return u.claim.seal.time() }

// Seal returns a copy of the issuer's seal; empty = none yet.
func (u Update) Seal() []byte { return slices.Clone(u.claim.seal.bytes) }

// Labels yields the numbers of the items that the update mentions with their
// ranks.
func (u Update) Labels() iter.Seq2[int, label.Rank] {
	return func(yield func(int, label.Rank) bool) {
		for i, rank := range u.claim.labels.NonZero() {
			if !yield(i, label.Rank(rank)) {
				return
			}
		}
	}
}

// FragmentSize returns how many bytes of the encoded update its labels take.
func (u Update) FragmentSize() int { return len(u.claim.encoded()) }

func (s seal) time() time.Time {
	if s.issued == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s.issued), 0).UTC()
}

func sealSeconds(issued time.Time) (uint64, error) {
	if issued.IsZero() {
		return 0, nil
	}
	if issued.Unix() <= 0 || issued.Unix() > maxIssued {
		return 0, fmt.Errorf("%w: issued %v", ErrMalformed, issued)
	}
	return uint64(issued.Unix()), nil
}

// AppendBinary appends the encoding of u, section update of collection.cddl.
func (u Update) AppendBinary(b []byte) ([]byte, error) {
	if u.claim.raw == nil {
		return b, fmt.Errorf("%w: an update of no collection", ErrZero)
	}
	s := u.claim.seal
	b = wire.AppendMap(b, 2+count(u.kind != label.Flag, u.n > 0, !u.claim.issuer.IsZero(), s.issued > 0, len(s.bytes) > 0))
	b = wire.AppendBytes(wire.AppendUint(b, updateIdentity), u.identity[:])
	if u.kind != label.Flag {
		b = wire.AppendUint(wire.AppendUint(b, updateKind), uint64(u.kind))
	}
	if u.n > 0 {
		b = wire.AppendUint(wire.AppendUint(b, updateItems), uint64(u.n))
	}
	b = append(wire.AppendUint(b, updateLabels), u.claim.encoded()...)
	if !u.claim.issuer.IsZero() {
		b = wire.AppendBytes(wire.AppendUint(b, updateIssuer), u.claim.issuer[:])
	}
	if s.issued > 0 {
		b = wire.AppendUint(wire.AppendUint(b, updateIssued), s.issued)
	}
	if len(s.bytes) > 0 {
		b = wire.AppendBytes(wire.AppendUint(b, updateSeal), s.bytes)
	}
	return b, nil
}

// MarshalBinary is AppendBinary to nothing.
func (u Update) MarshalBinary() ([]byte, error) { return u.AppendBinary(nil) }

// UnmarshalBinary is DecodeUpdate of a copy of data.
func (u *Update) UnmarshalBinary(data []byte) (err error) {
	*u, err = DecodeUpdate(slices.Clone(data))
	return err
}

// DecodeUpdate reads an update and keeps data, which must not be changed
// afterwards. It refuses everything but the one encoding with an *Error. Whether
// the update fits a collection, Apply says.
func DecodeUpdate(data []byte) (Update, error) { return Limits{}.DecodeUpdate(data) }

// DecodeUpdates is DecodeUpdate for each of the updates of a message.
func DecodeUpdates(encoded [][]byte) ([]Update, error) {
	us := make([]Update, len(encoded))
	for i, data := range encoded {
		var err error
		if us[i], err = DecodeUpdate(data); err != nil {
			return nil, err
		}
	}
	return us, nil
}

// EncodeUpdates is MarshalBinary of each of the updates, for a message.
func EncodeUpdates(us iter.Seq[Update]) ([][]byte, error) {
	var encoded [][]byte
	for u := range us {
		data, err := u.MarshalBinary()
		if err != nil {
			return nil, err
		}
		encoded = append(encoded, data)
	}
	return encoded, nil
}

// DecodeUpdate is the function of this name with other limits.
func (l Limits) DecodeUpdate(data []byte) (Update, error) {
	l = l.withDefaults()
	var u Update
	if len(data) > l.Size {
		return u, &Error{Err: ErrLimit}
	}
	r := wire.NewReader(data, 0)
	var from, to, seen int
	r.Fields(updateSeal, func(key int) {
		at := r.Offset()
		u.field(r, key, &l)
		switch key {
		case updateLabels:
			from, to = at, r.Offset()
			seen++
		case updateIdentity:
			seen++
		}
	})
	if r.Err() == nil && seen != 2 {
		r.Fail(0, fmt.Errorf("%w: no identity or no labels", ErrMalformed))
	}
	if err := r.End(); err != nil {
		return Update{}, fmt.Errorf("update: %w", err)
	}
	u.claim.raw = make([]byte, 0, to-from+64+len(u.claim.seal.bytes))
	u.claim.raw = append(wire.AppendArray(u.claim.raw, 4), data[from:to]...)
	u.claim.head, u.claim.tail = 1, len(u.claim.raw)
	u.claim.raw = u.claim.appendRest(u.claim.raw)
	return u, nil
}

func (u *Update) field(r *wire.Reader, key int, l *Limits) {
	at := r.Offset()
	empty := false
	switch key {
	case updateIdentity:
		copy(u.identity[:], r.Fixed(digestSize))
	case updateKind:
		u.kind = label.Kind(r.Enum(uint64(label.Degree)))
		empty = u.kind == label.Flag
	case updateItems:
		u.n = int(r.Uint(uint64(l.Items)))
		empty = u.n == 0
	case updateLabels:
		u.claim.labels = readLabels(r, u.n)
	case updateIssuer:
		u.claim.issuer = readIssuer(r)
		empty = u.claim.issuer.IsZero()
	case updateIssued:
		u.claim.seal.issued = r.Uint(maxIssued)
		empty = u.claim.seal.issued == 0
	case updateSeal:
		u.claim.seal.bytes = r.Bytes(l.Seal)
		empty = len(u.claim.seal.bytes) == 0
	}
	if empty {
		r.Fail(at, ErrNotCanonical)
	}
}

// update makes an unsealed update of labels.
func (c Collection) update(by UserID, labels column.Column) Update {
	return Update{c.Identity(), c.Kind(), c.Len(), makeClaim(labels, by, seal{})}
}

// mention makes an update that says of each item what rank makes of its label.
func (c Collection) mention(by UserID, ids []ItemID, rank func(label.Rank) (label.Rank, error)) (Update, error) {
	state := c.parts().state
	places := map[uint32][]int{}
	for _, id := range ids {
		i, ok := c.Index(id)
		if !ok {
			return Update{}, &ItemError{id, ErrNoItem}
		}
		to, err := rank(label.Rank(state.At(i)))
		if err != nil {
			return Update{}, &ItemError{id, err}
		}
		places[uint32(to)] = append(places[uint32(to)], i)
	}
	labels := column.Uniform(c.Len(), 0)
	for to, items := range places {
		slices.Sort(items)
		labels = c.joinInto(labels, column.Of(c.Len(), to, slices.Compact(items)))
	}
	u := c.update(by, labels)
	return u, c.parts().fixed.allows(&u.claim)
}

// joinInto joins b to labels and leaves a single column as it is, in its
// compact form.
func (c Collection) joinInto(labels, b column.Column) column.Column {
	if latest(labels) == 0 && labels.Count(func(v uint32) bool { return v != 0 }) == 0 {
		return b
	}
	joined, _ := column.Combine(labels, b, higher)
	return joined
}

// level returns a rank function for a level of the item's generation.
func level(n int) func(label.Rank) (label.Rank, error) {
	return func(r label.Rank) (label.Rank, error) { return label.At(r.Generation(), n) }
}

// Complete makes an update by the author, a completer or the authority (the
// zero UserID) that says that the complete versions of these items are on the
// network; of none, it says nothing. Errors: an *ItemError with ErrNoItem, and
// ErrNotAuthorised.
func (c Collection) Complete(by UserID, ids ...ItemID) (Update, error) {
	return c.mention(by, ids, level(int(label.Complete)))
}

// CompleteAll is Complete for all items, in their present generations; five
// bytes of labels for any number of items that were never taken back. By the
// authority it is the validation of the collection.
func (c Collection) CompleteAll(by UserID) (Update, error) {
	complete := func(x, _ uint32) uint32 { return x&^uint32(label.Withdrawn) | uint32(label.Complete) }
	labels, _ := column.Combine(c.parts().state, column.Uniform(c.Len(), 0), complete)
	u := c.update(by, labels)
	return u, c.parts().fixed.allows(&u.claim)
}

// Advance makes an update that says that the first n versions of the ladder are
// there for these items. Errors as Complete, and ErrRank if the collection's
// kind has no such level.
func (c Collection) Advance(by UserID, n int, ids ...ItemID) (Update, error) {
	if n < 0 || n >= len(c.parts().fixed.ladder) {
		return Update{}, fmt.Errorf("%w: level %d of %d versions", ErrRank, n, len(c.parts().fixed.ladder))
	}
	return c.mention(by, ids, level(n))
}

// Withdraw makes an update by the author that says that the complete versions
// of these items will never come. Errors as Complete.
func (c Collection) Withdraw(ids ...ItemID) (Update, error) {
	return c.mention(c.Author(), ids, level(int(label.Withdrawn)))
}

// TakeBack makes an update by the author or the authority (the zero UserID)
// that opens the next generation of these items: what was available is lost, and
// no update of an earlier generation can say otherwise. Errors as Complete, and
// label.ErrGeneration at the last generation.
func (c Collection) TakeBack(by UserID, ids ...ItemID) (Update, error) {
	if !c.parts().fixed.role(by).privileged() {
		return Update{}, fmt.Errorf("%w: only author and authority take back", ErrNotAuthorised)
	}
	return c.mention(by, ids, label.Rank.Next)
}

// Restate makes one update of all that an issuer has said in c: sealed, it
// replaces that issuer's updates. It keeps the proof of a collection short where
// no authority validates.
func (c Collection) Restate(by UserID) (Update, error) {
	labels := column.Uniform(c.Len(), 0)
	for _, claim := range c.parts().claims {
		if claim.issuer == by {
			labels = c.joinInto(labels, claim.labels)
		}
	}
	u := c.update(by, labels)
	return u, c.parts().fixed.allows(&u.claim)
}

// Updates yields the updates that c carries, its proof, in ascending order.
func (c Collection) Updates() iter.Seq[Update] {
	return func(yield func(Update) bool) {
		for _, claim := range c.parts().claims {
			if !yield(Update{c.Identity(), c.Kind(), c.Len(), claim}) {
				return
			}
		}
	}
}
