package collection

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// Tag is the CBOR tag before every collection. Its four bytes read "glim", so
// that the encoding of a collection begins with DA 67 6C 69 6D. A later,
// incompatible format would have another tag.
const Tag = 0x676c696d

// Keys of a collection.
const (
	partFixed = 1 + iota
	partEdition
	partAuthorSeal
	partAuthoritySeal
	partUpdates
	partResolved
	partAccepted
	partEnds
)

var emptyEdition = []byte{0xa0}

// Decode reads a collection and keeps data, which must not be changed
// afterwards. It refuses everything but the one encoding with an *Error that
// has the offset: section collection of collection.cddl. It allocates no
// more than twice the size of data and 64 KiB, and leaves to Validate whether
// item ids are all different. No seal is looked at: see Verify.
func Decode(data []byte) (Collection, error) { return Limits{}.Decode(data) }

// Decode is the function of this name with other limits; ErrLimit says that one
// was passed.
func (l Limits) Decode(data []byte) (Collection, error) {
	l = l.withDefaults()
	if len(data) > l.Size {
		return Collection{}, fmt.Errorf("collection: %w", &Error{Err: ErrLimit})
	}
	p := &parts{}
	r := wire.NewReader(data, 0)
	r.Tag(Tag)
	r.Fields(partEnds, func(key int) { p.field(r, data, key, &l) })
	if r.Err() == nil && p.fixed == nil {
		r.Fail(0, fmt.Errorf("%w: no fixed part", ErrMalformed))
	}
	if err := r.End(); err != nil {
		return Collection{}, fmt.Errorf("collection: %w", err)
	}
	if p.edition == nil {
		p.edition = none.edition
	}
	p.carry(p.claims)
	return Collection{p}, nil
}

func (p *parts) field(r *wire.Reader, data []byte, key int, l *Limits) {
	at := r.Offset()
	var err error
	if key != partFixed && p.fixed == nil {
		r.Fail(at, fmt.Errorf("%w: no fixed part", ErrMalformed))
		return
	}
	switch key {
	case partFixed:
		raw := r.Bytes(l.Size)
		if r.Err() == nil {
			p.fixed, err = decodeFixed(raw, r.Offset()-len(raw), l)
		}
	case partEdition:
		raw := r.Bytes(l.Size)
		if r.Err() == nil {
			p.edition, err = decodeEdition(raw, r.Offset()-len(raw), p.fixed, l)
		}
		if bytes.Equal(raw, emptyEdition) {
			r.Fail(at, ErrNotCanonical)
		}
	case partAuthorSeal:
		p.seals.author = readPartSeal(r, l)
	case partAuthoritySeal:
		p.seals.authority = readPartSeal(r, l)
		if p.fixed.authority.IsZero() {
			r.Fail(at, fmt.Errorf("%w: the collection names no authority", ErrNotAuthorised))
		}
	case partUpdates:
		p.readClaims(r, data, l)
	case partResolved:
		p.resolved = p.fixed.readResolutions(r, l, maxResolved, resolution.compare)
	case partAccepted:
		p.accepted = p.fixed.readResolutions(r, l, maxAccepted, resolution.compareKeys)
	case partEnds:
		p.ends = readEnds(r, l)
	}
	if e, ok := err.(*wire.Error); ok {
		r.Fail(e.Offset, e.Err)
	}
}

func readPartSeal(r *wire.Reader, l *Limits) seal {
	r.Exactly(2)
	return readSealed(r, l)
}

// minClaim is the size of the shortest encoding of a claim that is not the authority's.
const minClaim = 1 + 5 + (1 + userSize) + 1 + 1

// readClaims reads claims, which ascend by their writers, and of which all are carried.
func (p *parts) readClaims(r *wire.Reader, data []byte, l *Limits) {
	start := r.Offset()
	n := r.Array(math.MaxInt32)
	switch {
	case r.Err() != nil:
		return
	case n == 0:
		r.Fail(start, ErrNotCanonical)
		return
	case n > maxKeys+r.Left()/minClaim: // the authority's are shorter
		r.Fail(start, ErrTruncated)
		return
	case n > maxKeys*(2+len(p.fixed.completers)/userSize):
		r.Fail(start, ErrLimit)
		return
	}
	p.claims = make([]claim, 0, n)
	var scratch []uint32
	for order := (claimOrder{}); len(p.claims) < n; {
		at := r.Offset()
		c := readClaim(r, data, p.fixed, l, &scratch)
		if r.Err() != nil {
			return
		}
		if err := order.next(&c); err != nil {
			r.Fail(at, fmt.Errorf("%w: update %d", err, len(p.claims)))
		}
		p.claims = append(p.claims, c)
	}
}

// claimOrder checks claims one after the other, each in constant time.
type claimOrder struct {
	issuer UserID
	key    KeyID
	keys   int    // of the issuer so far
	bar    uint32 // see join
}

func (o *claimOrder) next(c *claim) error {
	issuer, key := c.issuer(), c.key()
	byIssuer := bytes.Compare(o.issuer[:], issuer[:])
	switch {
	case o.keys > 0 && (byIssuer > 0 || byIssuer == 0 && bytes.Compare(o.key[:], key[:]) >= 0):
		return ErrOrder
	case c.nothing(), !issuer.IsZero() && c.greatest <= o.bar:
		return fmt.Errorf("%w: it says nothing", ErrNotCanonical)
	case byIssuer != 0:
		o.keys = 0
	case issuer.IsZero():
		o.bar = max(o.bar, c.least)
	}
	if o.keys == maxKeys {
		return fmt.Errorf("%w: more than %d keys of one issuer", ErrLimit, maxKeys)
	}
	o.issuer, o.key, o.keys = issuer, key, o.keys+1
	return nil
}

// AppendBinary appends the encoding of c.
func (c Collection) AppendBinary(b []byte) ([]byte, error) {
	if c.p == nil {
		return b, fmt.Errorf("%w: a collection without a name", ErrZero)
	}
	p := c.p
	b = slices.Grow(b, p.bound())
	b = p.appendHead(b)
	b = wire.AppendBytes(wire.AppendUint(b, partFixed), p.fixed.raw)
	if p.edited() {
		b = wire.AppendBytes(wire.AppendUint(b, partEdition), p.edition.raw)
	}
	return p.appendTail(b), nil
}

func (p *parts) edited() bool { return !bytes.Equal(p.edition.raw, emptyEdition) }

// appendHead appends what stands before the fixed part.
func (p *parts) appendHead(b []byte) []byte {
	return wire.AppendMap(wire.AppendTag(b, Tag), 1+count(p.edited())+p.tail())
}

// tail counts the parts that follow the edition.
func (p *parts) tail() int {
	return count(len(p.seals.author.bytes) > 0, len(p.seals.authority.bytes) > 0,
		len(p.claims) > 0, len(p.resolved) > 0, len(p.accepted) > 0, len(p.ends) > 0)
}

// appendTail appends what follows the edition.
func (p *parts) appendTail(b []byte) []byte {
	b = p.seals.author.appendPart(b, partAuthorSeal)
	b = p.seals.authority.appendPart(b, partAuthoritySeal)
	if len(p.claims) > 0 {
		b = appendListHead(b, partUpdates, len(p.claims))
		for i := range p.claims {
			b = append(b, p.claims[i].raw...)
		}
	}
	b = appendResolutions(b, partResolved, p.resolved)
	b = appendResolutions(b, partAccepted, p.accepted)
	return appendEnds(b, p.ends)
}

func (s seal) appendPart(b []byte, key uint64) []byte {
	if len(s.bytes) == 0 {
		return b
	}
	return s.append(wire.AppendUint(b, key))
}

func (s seal) append(b []byte) []byte {
	b = wire.AppendUint(wire.AppendArray(b, 2), s.issued)
	return wire.AppendBytes(b, s.bytes)
}

// bound is the size of the encoding or a little more.
func (p *parts) bound() int {
	const heads = 5 + 1 + 2*(1+9) + 2*(1+1) + 4*(1+9) // tag, map, parts, seals, lists
	n := heads + len(p.fixed.raw) + len(p.edition.raw) + len(p.seals.author.bytes) + len(p.seals.authority.bytes) + 2*(9+9)
	for i := range p.claims {
		n += len(p.claims[i].raw)
	}
	for _, list := range [...][]resolution{p.resolved, p.accepted} {
		for i := range list {
			n += minResolution + 2*8 + len(list[i].seal.bytes)
		}
	}
	for i := range p.ends {
		n += 2 + 2*9 + len(p.ends[i].seal.bytes)
	}
	return n
}

// MarshalBinary is AppendBinary to nothing.
func (c Collection) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// UnmarshalBinary is Decode of a copy of data.
func (c *Collection) UnmarshalBinary(data []byte) (err error) {
	*c, err = Decode(slices.Clone(data))
	return err
}

// MarshalParts returns the encoding of c in two parts: the manifest, which is the
// same as long as the edition is, and all that is said of it: seals, updates, what
// became of addresses, and that it has ended. The manifest is itself the encoding of a collection.
func (c Collection) MarshalParts() (manifest, said []byte, err error) {
	if c.p == nil {
		return nil, nil, fmt.Errorf("%w: a collection without a name", ErrZero)
	}
	p := c.p
	bare := *p
	bare.seals, bare.claims, bare.resolved, bare.accepted, bare.ends = seals{}, nil, nil, nil, nil
	if manifest, err = (Collection{&bare}).MarshalBinary(); err != nil {
		return nil, nil, err
	}
	return manifest, p.appendTail(wire.AppendMap(nil, p.tail())), nil
}

// DecodeParts reads what MarshalParts returns, as strictly as Decode, and keeps it: it
// must not be changed afterwards.
func DecodeParts(manifest, said []byte) (Collection, error) {
	c, err := Decode(manifest)
	if err != nil {
		return c, err
	}
	p := *c.p
	if p.tail() > 0 {
		return Collection{}, fmt.Errorf("collection: %w: what is said of a manifest in it", ErrMalformed)
	}
	l := Limits{}.withDefaults()
	if len(said) > l.Size {
		return Collection{}, fmt.Errorf("collection: %w", &Error{Err: ErrLimit})
	}
	r := wire.NewReader(said, 0)
	r.Fields(partEnds, func(key int) {
		if key <= partEdition {
			r.Fail(r.Offset(), fmt.Errorf("%w: a manifest in what is said of one", ErrMalformed))
			return
		}
		p.field(r, said, key, &l)
	})
	if err := r.End(); err != nil {
		return Collection{}, fmt.Errorf("collection: %w", err)
	}
	p.carry(p.claims)
	return Collection{&p}, nil
}
