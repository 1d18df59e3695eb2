package collection

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// ErrEnded is what somebody would say of a collection that its author has ended.
var ErrEnded = errors.New("the collection has ended")

// An End is its author's sealed word that a collection has ended: for good, whatever is
// said of it before or afterwards. Nothing else ends a collection, and an End names no
// successor. A collection carries the Ends of its author, one a key and 16 at most, and
// joining keeps them; one whose key is revoked later does not stand any more, so that what
// a thief has ended goes on. It names the collection, and so says all by itself to those
// who may see nothing else of it.
//
// An End is an immutable value.
type End struct {
	name     Name
	identity Digest
	seal     seal
}

// Name returns the name of the collection that has ended.
func (e End) Name() Name { return e.name }

// Identity returns the identity of the collection that has ended.
func (e End) Identity() Digest { return e.identity }

// Issued returns when it was sealed, in whole seconds; the zero time if the author has no
// clock.
func (e End) Issued() time.Time { return e.seal.time() }

// Key returns the key that the seal names. It is that key's once Verify has returned nil.
func (e End) Key() KeyID { return namedKey(e.seal.bytes) }

// Seal returns a copy of the seal.
func (e End) Seal() []byte { return slices.Clone(e.seal.bytes) }

// Verify checks that the seal is by a key of the author's. Errors are those of v, and
// ErrNotAuthorised and ErrBadSeal for one of somebody else's, or that names another key.
func (e End) Verify(ctx context.Context, v Verifier) error {
	f := &fixed{id: e.name.ID, author: e.name.Author, identity: func() Digest { return e.identity }}
	r := resolution{seal: e.seal}
	_, err := Checker{Verifier: v}.saidByKey(ctx, &parts{fixed: f}, TypeEnd, &r)
	if err != nil {
		return fmt.Errorf("end: %w", err)
	}
	return nil
}

// MarshalBinary returns the encoding of e, section end of collection.cddl.
func (e End) MarshalBinary() ([]byte, error) {
	b := wire.AppendArray(nil, endFields)
	b = wire.AppendBytes(wire.AppendBytes(b, e.name.Author[:]), e.name.ID[:])
	b = wire.AppendUint(wire.AppendBytes(b, e.identity[:]), e.seal.issued)
	return wire.AppendBytes(b, e.seal.bytes), nil
}

// endFields is how many fields an encoded End has: author, id, identity, issued, seal.
const endFields = 5

// DecodeEnd reads an End, and refuses everything but the one encoding with an *Error.
// Whether the seal is good is for Verify to say.
func DecodeEnd(data []byte) (e End, err error) {
	l := Limits{}.withDefaults()
	r := wire.NewReader(data, 0)
	r.Exactly(endFields)
	copy(e.name.Author[:], r.Fixed(userSize))
	copy(e.name.ID[:], r.Fixed(idSize))
	if r.Err() == nil && (e.name.Author.IsZero() || e.name.ID.IsZero()) {
		r.Fail(0, ErrZero)
	}
	copy(e.identity[:], r.Fixed(digestSize))
	e.seal = readSealed(r, &l)
	if err := r.End(); err != nil {
		return End{}, fmt.Errorf("end: %w", err)
	}
	e.seal.bytes = slices.Clone(e.seal.bytes)
	return e, nil
}

// End returns c with the author's End, sealed at issued (kept in seconds; zero = no clock)
// with the author's Signer. The error is that of s.
func (c Collection) End(ctx context.Context, s Signer, issued time.Time) (Collection, error) {
	at, err := sealSeconds(issued)
	if err != nil {
		return c, err
	}
	made, err := newSeal(ctx, s, TypeEnd, c.parts().fixed.endStatement(at), at)
	if err != nil {
		return c, fmt.Errorf("end: %w", err)
	}
	return c.withEnds(endedBy(made)), nil
}

// Ended reports whether c carries an End. Whether its seal is good is for Verify to say,
// which leaves out those of revoked keys.
func (c Collection) Ended() bool { return len(c.parts().ends) > 0 }

// Ends yields the Ends that c carries, ascending by key.
func (c Collection) Ends() iter.Seq[End] {
	return func(yield func(End) bool) {
		for _, r := range c.parts().ends {
			if !yield(End{c.Name(), c.Identity(), r.seal}) {
				return
			}
		}
	}
}

// WithEnd returns c with an End that came alone. The error is ErrOtherCollection.
func (c Collection) WithEnd(e End) (Collection, error) {
	if e.identity != c.Identity() || e.name != c.Name() {
		return c, fmt.Errorf("end: %w", ErrOtherCollection)
	}
	return c.withEnds(endedBy(e.seal)), nil
}

func (c Collection) withEnds(ends []resolution) Collection {
	q := *c.parts()
	if !q.mergeEnds(ends) {
		return c
	}
	return Collection{&q}
}

// goesOn refuses to say more of what has ended.
func (c Collection) goesOn() error {
	if c.Ended() {
		return ErrEnded
	}
	return nil
}

// endStatement is what the author seals: [author, id, identity, issued].
func (f *fixed) endStatement(issued uint64) []byte {
	identity := f.identity()
	b := wire.AppendArray(make([]byte, 0, 96), 4)
	b = wire.AppendBytes(wire.AppendBytes(b, f.author[:]), f.id[:])
	return wire.AppendUint(wire.AppendBytes(b, identity[:]), issued)
}

// endedBy is an End as a list of seals of keys has it: without an address.
func endedBy(s seal) []resolution { return []resolution{{seal: s}} }

// mergeEnds joins the Ends of another copy, and reports whether anything changed: of those
// of one key the later stays, and of all the 16 of the least keys.
func (p *parts) mergeEnds(more []resolution) (changed bool) {
	p.ends, changed = mergeResolutions(p.ends, more, maxKeys, resolution.compareKeys)
	return changed
}

func appendEnds(b []byte, ends []resolution) []byte {
	if len(ends) == 0 {
		return b
	}
	b = appendListHead(b, partEnds, len(ends))
	for i := range ends {
		b = ends[i].seal.append(b)
	}
	return b
}

// readEnds reads the Ends of a collection, which ascend by key.
func readEnds(r *wire.Reader, l *Limits) (ends []resolution) {
	start := r.Offset()
	n := r.Array(maxKeys)
	if r.Err() == nil && n == 0 {
		r.Fail(start, ErrNotCanonical)
	}
	for i := range n {
		at := r.Offset()
		next := resolution{seal: readPartSeal(r, l)}
		if r.Err() == nil && i > 0 && ends[i-1].compareKeys(next) >= 0 {
			r.Fail(at, ErrOrder)
		}
		ends = append(ends, next)
	}
	return ends
}

// readSealed reads a seal that must be there.
func readSealed(r *wire.Reader, l *Limits) seal {
	at := r.Offset()
	s := readSeal(r, l)
	if r.Err() == nil && len(s.bytes) == 0 {
		r.Fail(at, ErrNotCanonical)
	}
	return s
}
