package collection

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sort"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// A claim is what a collection keeps of an update: labels and who vouches for
// them. Immutable.
type claim struct {
	raw    []byte // encoded
	labels column.Column
	issuer UserID // zero = the authority
	seal   seal
	head   int // bytes of raw before the labels
	tail   int // bytes of raw up to the end of the labels
}

// encoded returns the labels' encoding, which the update's statement digests.
func (c *claim) encoded() []byte { return c.raw[c.head:c.tail] }

// The latest moments, in the year 9999: later ones neither time.Time nor its
// text can say everywhere.
const (
	maxIssued  = 253402300799         // seconds since 1970
	maxCreated = maxIssued*1000 + 999 // milliseconds
)

func makeClaim(labels column.Column, issuer UserID, s seal) claim {
	labels = labels.Compact()
	dict, form, data := labels.Encode()
	raw := make([]byte, 0, 64+len(dict)*5+len(data)+len(s.bytes))
	raw = wire.AppendArray(raw, 4)
	c := claim{labels: labels, issuer: issuer, seal: s, head: len(raw)}
	raw = wire.AppendArray(wire.AppendArray(raw, 3), len(dict))
	for _, rank := range dict {
		raw = wire.AppendUint(raw, uint64(rank))
	}
	raw = wire.AppendBytes(wire.AppendUint(raw, uint64(form)), data)
	c.tail = len(raw)
	c.raw = c.appendRest(raw)
	return c
}

// sealed returns the claim with another seal.
func (c claim) sealed(s seal) claim {
	c.seal = s
	c.raw = c.appendRest(slices.Clip(c.raw[:c.tail]))
	return c
}

func (c *claim) appendRest(raw []byte) []byte {
	raw = appendIssuer(raw, c.issuer)
	return wire.AppendBytes(wire.AppendUint(raw, c.seal.issued), c.seal.bytes)
}

// appendIssuer appends an issuer, or no bytes for the authority.
func appendIssuer(b []byte, issuer UserID) []byte {
	if issuer.IsZero() {
		return wire.AppendBytes(b, nil)
	}
	return wire.AppendBytes(b, issuer[:])
}

// readClaim reads a claim over f, which it keeps, and refuses labels that f or
// the issuer's role does not allow.
func readClaim(r *wire.Reader, raw func(from int) []byte, f *fixed, l *Limits) claim {
	at := r.Offset()
	r.Exactly(4)
	head := r.Offset() - at
	c := claim{head: head, labels: readLabels(r, f.len())}
	c.tail = r.Offset() - at
	c.issuer = readIssuer(r)
	c.seal = readSeal(r, l)
	if r.Err() != nil {
		return claim{}
	}
	c.raw = raw(at)
	if err := f.allows(&c); err != nil {
		r.Fail(at, err)
	}
	return c
}

func readIssuer(r *wire.Reader) (issuer UserID) {
	at := r.Offset()
	b := r.Bytes(math.MaxInt32)
	switch {
	case len(b) == 0:
		return issuer
	case len(b) != userSize:
		r.Fail(at, ErrLength)
		return issuer
	case UserID(b).IsZero():
		r.Fail(at, ErrNotCanonical)
	}
	return UserID(b)
}

func readSeal(r *wire.Reader, l *Limits) seal {
	return seal{r.Uint(maxIssued), r.Bytes(l.Seal)}
}

// readLabels reads a packed column of n ranks.
func readLabels(r *wire.Reader, n int) column.Column {
	r.Exactly(3)
	count := r.Array(math.MaxInt32)
	probe := *r // so that neither a count that is only claimed nor one value many times allocates
	least := uint64(0)
	for range count {
		at := probe.Offset()
		v := probe.Uint(math.MaxUint32)
		if v < least {
			probe.Fail(at, ErrNotCanonical)
		}
		if least = v + 1; probe.Err() != nil {
			break
		}
	}
	if probe.Err() != nil {
		*r = probe
		return column.Column{}
	}
	dict := make([]uint32, count)
	for i := range dict {
		dict[i] = uint32(r.Uint(math.MaxUint32))
	}
	return readPacked(r, n, dict)
}

// readPacked reads form and data of a packed column of n values of dict.
func readPacked(r *wire.Reader, n int, dict []uint32) column.Column {
	form := r.Enum(1)
	at := r.Offset()
	data := r.Bytes(math.MaxInt32)
	if r.Err() != nil {
		return column.Column{}
	}
	col, err := column.Parse(n, dict, int(form), data)
	if err != nil {
		r.Fail(at, fmt.Errorf("%w: %w", ErrNotCanonical, err))
	}
	return col
}

// A role is what somebody is to a collection, by its fixed part.
type role uint8

const (
	stranger role = iota
	completer
	author
	authority
)

// privileged says whether the role may open generations and replace the claims
// of others.
func (r role) privileged() bool { return r >= author }

func (f *fixed) role(u UserID) role {
	switch {
	case u.IsZero() && !f.authority.IsZero():
		return authority
	case u == f.author:
		return author
	case !u.IsZero() && in(f.completers, u[:]):
		return completer
	}
	return stranger
}

// allows refuses a claim whose ranks the kind or the ladder does not have, that
// says nothing, or whose issuer may not say so.
func (f *fixed) allows(c *claim) error {
	role := f.role(c.issuer)
	if role == stranger {
		return fmt.Errorf("%w: %v is neither author nor completer", ErrNotAuthorised, c.issuer)
	}
	for v := range c.labels.Values() {
		rank := label.Rank(v)
		if err := f.kind.Allows(rank); err != nil {
			return fmt.Errorf("%w: %w", ErrRank, err)
		}
		if err := f.ladder.Check(rank); err != nil {
			return fmt.Errorf("%w: %w", ErrRank, err)
		}
		if rank.Withdrawn() && role != author {
			return fmt.Errorf("%w: only the author withdraws", ErrNotAuthorised)
		}
	}
	return nil
}

// nothing says whether the claim mentions no item.
func (c *claim) nothing() bool { return c.labels.Count(func(v uint32) bool { return v != 0 }) == 0 }

// replaces says whether c takes the place of d: it says at least as much, and
// its issuer is author or authority, or the same. Of two that would replace each
// other the authority's stays, else the later, else the greater encoding. It is
// a strict partial order, so that the maximal claims of a set do not depend on
// the order in which they came.
func (f *fixed) replaces(c, d *claim) bool {
	return f.covers(c, d) && (!f.covers(d, c) || f.prefers(c, d))
}

func (f *fixed) covers(c, d *claim) bool {
	if f.role(c.issuer).privileged() {
		return column.Every(c.labels, d.labels, func(x, y uint32) bool { return x >= y })
	}
	// A generation that nobody opened makes a completer's rank inert. One that
	// replaces must therefore not lose a rank in an earlier generation, which
	// counts today.
	return c.issuer == d.issuer && column.Every(c.labels, d.labels, func(x, y uint32) bool {
		return y == 0 || x >= y && label.Rank(x).Generation() == label.Rank(y).Generation()
	})
}

func (f *fixed) prefers(c, d *claim) bool {
	if c.issuer.IsZero() != d.issuer.IsZero() {
		return c.issuer.IsZero()
	}
	return bytes.Compare(c.raw, d.raw) > 0
}

// place returns where c is or would be in ascending claims.
func place(claims []claim, c *claim) (int, bool) {
	return sort.Find(len(claims), func(i int) int { return bytes.Compare(c.raw, claims[i].raw) })
}

// admit returns the maximal claims of claims and c, and whether they differ
// from claims, which it leaves as they are.
func (f *fixed) admit(claims []claim, c claim) ([]claim, bool) {
	i, has := place(claims, &c)
	if has || slices.ContainsFunc(claims, func(d claim) bool { return f.replaces(&d, &c) }) {
		return claims, false
	}
	next := make([]claim, 0, len(claims)+1)
	for k := range claims {
		if k == i {
			next = append(next, c)
		}
		if !f.replaces(&c, &claims[k]) {
			next = append(next, claims[k])
		}
	}
	if i == len(claims) {
		next = append(next, c)
	}
	return next, true
}

func higher(x, y uint32) uint32 { return max(x, y) }

// within joins a completer's rank y to x, unless its generation is not open yet.
func within(x, y uint32) uint32 {
	if label.Rank(y).Generation() > label.Rank(x).Generation() {
		return x
	}
	return max(x, y)
}

// stateOf works the labels out from the claims: author and authority first, for
// they open the generations in which completers are heard.
func stateOf(f *fixed, claims []claim) column.Column {
	if crowded(claims) {
		return stateOfEach(f, claims)
	}
	state, fresh := column.Uniform(f.len(), 0), true
	for _, privileged := range []bool{true, false} {
		for i := range claims {
			c := &claims[i]
			if f.role(c.issuer).privileged() != privileged {
				continue
			}
			switch {
			case privileged && fresh:
				state = c.labels.Pack()
			case privileged:
				state, _ = column.Combine(state, c.labels, higher)
			case fresh && latest(c.labels) == 0:
				state = c.labels.Pack()
			default:
				state, _ = column.Combine(state, c.labels, within)
			}
			fresh = false
		}
	}
	return state
}

// crowded reports whether joining claims one after the other, each into a new
// column, could take more memory than the ids of the items do.
func crowded(claims []claim) bool {
	values, highest := uint64(0), uint64(0)
	for i := range claims {
		for v := range claims[i].labels.Values() {
			values, highest = values+1, max(highest, uint64(v))
		}
	}
	width := bits.Len64(min(values, highest)) // of a place, at most doubled by rounding
	return len(claims)*width > 8*idSize/2
}

// stateOfEach is stateOf item by item, in memory that does not grow with the
// number of claims.
func stateOfEach(f *fixed, claims []claim) column.Column {
	ranks := make([]uint32, f.len())
	for _, privileged := range []bool{true, false} {
		join := within
		if privileged {
			join = higher
		}
		for i := range claims {
			if f.role(claims[i].issuer).privileged() != privileged {
				continue
			}
			for k, rank := range claims[i].labels.NonZero() {
				ranks[k] = join(ranks[k], rank)
			}
		}
	}
	return column.FromValues(ranks).Pack()
}

// latest returns the highest generation of a column's ranks.
func latest(labels column.Column) uint32 {
	highest := uint32(0)
	for v := range labels.Values() {
		highest = max(highest, label.Rank(v).Generation())
	}
	return highest
}
