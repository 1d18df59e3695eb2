package collection

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// A resolution is a statement that a blinded address is a user: the authority's, who
// resolves it, or the author's, who accepts that. Each has a list of its own in a
// collection, and its own content type.
type resolution struct {
	address Address
	user    UserID
	seal    seal
}

// minResolution is the size of the shortest encoding.
const minResolution = 1 + (2 + keySize) + (1 + userSize) + 1 + 1

func (r resolution) append(b []byte) []byte {
	b = wire.AppendArray(b, 4)
	b = wire.AppendBytes(wire.AppendBytes(b, r.address[:]), r.user[:])
	return wire.AppendBytes(wire.AppendUint(b, r.seal.issued), r.seal.bytes)
}

// Of one address so many are carried, the first in the order of their list: what goes from a
// copy would go from every join with it, so that joining stays associative. Without a bound
// two copies that can be read could make one that cannot.
const (
	maxResolved = 16
	maxAccepted = maxResolved * maxKeys
)

// compare orders what the authority says.
func (r resolution) compare(o resolution) int {
	return cmp.Or(bytes.Compare(r.address[:], o.address[:]), bytes.Compare(r.user[:], o.user[:]))
}

// compareKeys orders what the author says: each of its keys for itself, so that the word of
// one that is revoked later does not take the place of one that stands.
func (r resolution) compareKeys(o resolution) int {
	key, other := r.key(), o.key()
	return cmp.Or(r.compare(o), bytes.Compare(key[:], other[:]))
}

func (r resolution) key() KeyID { return namedKey(r.seal.bytes) }

// appendResolutions appends a list as a part of a collection, or nothing if it is empty.
func appendResolutions(b []byte, part uint64, list []resolution) []byte {
	if len(list) == 0 {
		return b
	}
	b = appendListHead(b, part, len(list))
	for _, r := range list {
		b = r.append(b)
	}
	return b
}

// appendListHead appends the key of a part that is a list, and how long that is.
func appendListHead(b []byte, part uint64, n int) []byte {
	return wire.AppendArray(wire.AppendUint(b, part), n)
}

// readResolutions reads a list that ascends, with most of an address.
func (f *fixed) readResolutions(r *wire.Reader, l *Limits, most int, compare func(a, b resolution) int) []resolution {
	start := r.Offset()
	n := r.Array(most * l.Recipients)
	switch {
	case r.Err() != nil:
		return nil
	case n == 0:
		r.Fail(start, ErrNotCanonical)
	case n > r.Left()/minResolution:
		r.Fail(start, ErrTruncated)
		return nil
	}
	list := make([]resolution, 0, n)
	for i := range n {
		at := r.Offset()
		next := f.readResolution(r, l)
		if r.Err() == nil && i > 0 && compare(list[i-1], next) >= 0 {
			r.Fail(at, fmt.Errorf("%w: address %d", ErrOrder, i))
		}
		if i >= most && list[i-most].address == next.address {
			r.Fail(at, fmt.Errorf("%w: more than %d of an address", ErrLimit, most))
		}
		if r.Err() != nil {
			return nil
		}
		list = append(list, next)
	}
	return list
}

func (f *fixed) readResolution(r *wire.Reader, l *Limits) (next resolution) {
	at := r.Offset()
	r.Exactly(4)
	copy(next.address[:], r.Fixed(keySize))
	copy(next.user[:], r.Fixed(userSize))
	next.seal = readSeal(r, l)
	switch {
	case r.Err() != nil:
	case next.user.IsZero():
		r.Fail(at, ErrZero)
	case !f.resolves(next.address):
		r.Fail(at, fmt.Errorf("%w: an address that is not shared with, or the collection names no authority", ErrNotAuthorised))
	}
	return next
}

// resolves reports whether it can be said of an address who it is.
func (f *fixed) resolves(a Address) bool { return !f.authority.IsZero() && in(f.addresses, a[:]) }

// mergeResolutions joins two lists, which ascend, and reports whether that is more than
// the first: of two statements that compare equal, the one with the later seal stays, and
// of those of one address the first.
func mergeResolutions(have, more []resolution, most int, compare func(a, b resolution) int) (all []resolution, changed bool) {
	if len(more) == 0 {
		return have, false
	}
	all = make([]resolution, 0, len(have)+len(more))
	add := func(r resolution, isNew bool) {
		if n := len(all); n < most || all[n-most].address != r.address {
			all, changed = append(all, r), changed || isNew
		}
	}
	for _, r := range more {
		for len(have) > 0 && compare(have[0], r) < 0 {
			add(have[0], false)
			have = have[1:]
		}
		isNew := len(have) == 0 || compare(have[0], r) != 0
		if !isNew {
			merged := have[0].seal
			isNew = merged.merge(r.seal)
			r.seal, have = merged, have[1:]
		}
		add(r, isNew)
	}
	for _, r := range have {
		add(r, false)
	}
	return all, changed
}

// mergeResolved joins what the authority and the author of another copy have said of
// addresses, and reports whether anything changed.
func (p *parts) mergeResolved(resolved, accepted []resolution) (changed bool) {
	var more bool
	p.resolved, changed = mergeResolutions(p.resolved, resolved, maxResolved, resolution.compare)
	p.accepted, more = mergeResolutions(p.accepted, accepted, maxAccepted, resolution.compareKeys)
	return changed || more
}

// Resolve adds the authority's sealed statement that a blinded address of the
// collection is a user, who may then read it: all but complete versions, which take the
// author's word, too. See Accept. Of one address the 16 users with the least ids stay.
// Errors: ErrNotAuthorised if the collection is not shared with the address or names no
// authority, ErrZero, ErrEnded, and those of s.
func (c Collection) Resolve(ctx context.Context, s Signer, a Address, user UserID, issued time.Time) (Collection, error) {
	r, err := c.resolution(ctx, s, TypeAddress, resolution{address: a, user: user}, issued)
	if err != nil {
		return c, fmt.Errorf("resolve: %w", err)
	}
	return c.withResolutions([]resolution{r}, nil), nil
}

// Accept adds the author's sealed statement that a blinded address of the collection is
// the user that the authority has named for it, who may then have complete versions, too.
// It stands for the address and the user in all editions, and cannot be taken back. The
// signer is one of a station of the author's that is no device. Errors are those of Resolve.
func (c Collection) Accept(ctx context.Context, s Signer, a Address, user UserID, issued time.Time) (Collection, error) {
	r, err := c.resolution(ctx, s, TypeAcceptance, resolution{address: a, user: user}, issued)
	if err != nil {
		return c, fmt.Errorf("accept: %w", err)
	}
	return c.withResolutions(nil, []resolution{r}), nil
}

// resolution seals a statement.
func (c Collection) resolution(ctx context.Context, s Signer, typ string, r resolution, issued time.Time) (resolution, error) {
	f := c.parts().fixed
	if err := c.goesOn(); err != nil {
		return r, err
	}
	switch {
	case r.user.IsZero():
		return r, ErrZero
	case !f.resolves(r.address):
		return r, ErrNotAuthorised
	}
	at, err := sealSeconds(issued)
	if err != nil {
		return r, err
	}
	r.seal.issued = at
	r.seal, err = newSeal(ctx, s, typ, f.addressStatement(&r), at)
	return r, err
}

func (c Collection) withResolutions(resolved, accepted []resolution) Collection {
	q := *c.parts()
	if !q.mergeResolved(resolved, accepted) {
		return c
	}
	return Collection{&q}
}

// Resolved yields the blinded addresses that the authority has resolved, each
// with its user, ascending by address and then by user. An address is there
// once for every user that the authority has named for it. Whether the seals
// behind it are good is for Verify to say.
func (c Collection) Resolved() iter.Seq2[Address, UserID] {
	return c.resolvedThat(func(resolution) bool { return true })
}

// Unaccepted yields those of Resolved that the author has not accepted: their users have no
// complete versions, unless the author has named or accepted them otherwise.
func (c Collection) Unaccepted() iter.Seq2[Address, UserID] {
	p := c.parts()
	return c.resolvedThat(func(r resolution) bool { return !p.fixed.names(r.user) && !p.accepts(r) })
}

func (c Collection) resolvedThat(yields func(resolution) bool) iter.Seq2[Address, UserID] {
	return func(yield func(Address, UserID) bool) {
		for _, r := range c.parts().resolved {
			if yields(r) && !yield(r.address, r.user) {
				return
			}
		}
	}
}

// MayRead reports whether u is the author, a completer, a recipient, or the
// user to whom the authority has resolved one of the addresses. Whether the
// list of recipients is an access list is a setting of the network.
func (c Collection) MayRead(u UserID) bool {
	p := c.parts()
	return p.fixed.names(u) || !u.IsZero() && slices.ContainsFunc(p.resolved, func(r resolution) bool { return r.user == u })
}

// MayReadComplete reports whether u is one who may read complete versions, too: those whom
// the author has named, and of the users to whom the authority has resolved an address those
// whom the author has accepted for it.
func (c Collection) MayReadComplete(u UserID) bool {
	p := c.parts()
	return p.fixed.names(u) || !u.IsZero() && slices.ContainsFunc(p.resolved, func(r resolution) bool {
		return r.user == u && p.accepts(r)
	})
}

// Accepts reports whether the author has accepted anybody.
func (c Collection) Accepts() bool { return len(c.parts().accepted) > 0 }

// accepts reports whether the author has accepted a resolution.
func (p *parts) accepts(r resolution) bool {
	i := sort.Search(len(p.accepted), func(i int) bool { return p.accepted[i].compare(r) >= 0 })
	return i < len(p.accepted) && p.accepted[i].compare(r) == 0
}

// names reports whether u is the author, a recipient or a completer.
func (f *fixed) names(u UserID) bool {
	return !u.IsZero() && (u == f.author || in(f.recipients, u[:]) || in(f.completers, u[:]))
}
