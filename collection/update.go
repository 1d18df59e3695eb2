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
	said     []claim // what the collection that it was made from carries: see Sign
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
func (u Update) Issuer() UserID {
	if u.claim.raw == nil {
		return UserID{}
	}
	return u.claim.issuer()
}

// Key returns the key that the seal names; zero without a seal. It is that key's word
// once the seal has been verified, as in a Verified collection.
func (u Update) Key() KeyID { return namedKey(u.sealed().bytes) }

// sealed returns the seal, as the zero seal where there is none.
func (u Update) sealed() seal {
	if u.claim.raw == nil {
		return seal{}
	}
	return u.claim.seal()
}

// Issued returns when it was sealed, in whole seconds; the zero time if the
// issuer has no clock. Nothing is ordered by it.
func (u Update) Issued() time.Time { return u.sealed().time() }

// Seal returns a copy of the issuer's seal; empty = none yet.
func (u Update) Seal() []byte { return slices.Clone(u.sealed().bytes) }

// Labels yields the numbers of the items that the update mentions with their
// ranks.
func (u Update) Labels() iter.Seq2[int, label.Rank] {
	return func(yield func(int, label.Rank) bool) {
		if u.claim.raw == nil {
			return
		}
		for i, rank := range u.claim.labels().NonZero() {
			if !yield(i, label.Rank(rank)) {
				return
			}
		}
	}
}

// FragmentSize returns how many bytes of the encoded update its labels take.
func (u Update) FragmentSize() int {
	if u.claim.raw == nil {
		return 0
	}
	return len(u.claim.encoded())
}

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
	s, issuer := u.claim.seal(), u.claim.issuer()
	b = wire.AppendMap(b, 2+count(u.kind != label.Flag, u.n > 0, !issuer.IsZero(), s.issued > 0, len(s.bytes) > 0))
	b = wire.AppendBytes(wire.AppendUint(b, updateIdentity), u.identity[:])
	if u.kind != label.Flag {
		b = wire.AppendUint(wire.AppendUint(b, updateKind), uint64(u.kind))
	}
	if u.n > 0 {
		b = wire.AppendUint(wire.AppendUint(b, updateItems), uint64(u.n))
	}
	b = append(wire.AppendUint(b, updateLabels), u.claim.encoded()...)
	if !issuer.IsZero() {
		b = wire.AppendBytes(wire.AppendUint(b, updateIssuer), issuer[:])
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
	if len(data) > l.Size {
		return Update{}, &Error{Err: ErrLimit}
	}
	r := wire.NewReader(data, 0)
	d := updateReader{limits: &l}
	r.Fields(updateSeal, func(key int) { d.field(r, data, key) })
	if r.Err() == nil && d.required != 2 {
		r.Fail(0, fmt.Errorf("%w: no identity or no labels", ErrMalformed))
	}
	if err := r.End(); err != nil {
		return Update{}, fmt.Errorf("update: %w", err)
	}
	d.claim = claim{raw: encodeClaim(d.labels, d.issuer, d.seal), tail: claimHead + len(d.labels), n: int32(d.n)}
	d.claim.bound(d.dict)
	return d.Update, nil
}

// An updateReader reads the fields of an update.
type updateReader struct {
	Update
	limits   *Limits
	required int    // fields that have come and must
	labels   []byte // encoded
	dict     []uint32
	issuer   UserID
	seal     seal
}

func (d *updateReader) field(r *wire.Reader, data []byte, key int) {
	at := r.Offset()
	empty := false
	switch key {
	case updateIdentity:
		copy(d.identity[:], r.Fixed(digestSize))
		d.required++
	case updateKind:
		d.kind = label.Kind(r.Enum(uint64(label.Degree)))
		empty = d.kind == label.Flag
	case updateItems:
		d.n = int(r.Uint(uint64(d.limits.Items)))
		empty = d.n == 0
	case updateLabels:
		readLabels(r, d.n, &d.dict)
		d.labels = data[at:r.Offset()]
		d.required++
	case updateIssuer:
		d.issuer = readIssuer(r)
		empty = d.issuer.IsZero()
	case updateIssued:
		d.seal.issued = r.Uint(maxIssued)
		empty = d.seal.issued == 0
	case updateSeal:
		d.seal.bytes = r.Bytes(d.limits.Seal)
		empty = len(d.seal.bytes) == 0
	}
	if empty {
		r.Fail(at, ErrNotCanonical)
	}
}

// Join makes an unsealed update of all that u and v say, two updates by one issuer. A
// station makes it that meets a word of its own key which the last one does not cover: it
// has lost what it knew, or two have one key. Errors: ErrOtherCollection,
// ErrNotAuthorised.
func (u Update) Join(v Update) (Update, error) {
	switch {
	case u.identity != v.identity || u.n != v.n || u.kind != v.kind || u.claim.raw == nil || v.claim.raw == nil:
		return u, fmt.Errorf("update: %w", ErrOtherCollection)
	case u.Issuer() != v.Issuer():
		return u, fmt.Errorf("update: %w: by two issuers", ErrNotAuthorised)
	}
	u.claim = makeClaim(joinInto(u.claim.labels(), v.claim.labels()), u.Issuer(), seal{})
	return u, nil
}

// Covers reports whether u says of every item at least as much as v, an update of the
// same collection.
func (u Update) Covers(v Update) bool {
	return u.identity == v.identity && u.n == v.n && u.claim.raw != nil && v.claim.raw != nil &&
		column.Every(u.claim.labels(), v.claim.labels(), func(x, y uint32) bool { return x >= y })
}

// WithoutUpdates returns c without what is said of its labels: all items are pending.
func (c Collection) WithoutUpdates() Collection {
	if c.p == nil {
		return c
	}
	q := *c.parts()
	q.carry(nil)
	return Collection{&q}
}

// Updates yields the updates that c carries, its proof, ascending by issuer and key.
func (c Collection) Updates() iter.Seq[Update] {
	return func(yield func(Update) bool) {
		for _, claim := range c.parts().claims {
			if !yield(Update{identity: c.Identity(), kind: c.Kind(), n: c.Len(), claim: claim}) {
				return
			}
		}
	}
}
