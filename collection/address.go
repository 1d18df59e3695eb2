package collection

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// ErrAddress is an e-mail address that Blind does not take.
var ErrAddress = errors.New("address not accepted")

// MaxAddress is the greatest length of an e-mail address, in bytes (RFC 5321,
// section 4.5.3.1.3, less the angle brackets).
const MaxAddress = 254

// Blind returns the blinded form of a recipient's e-mail address in a
// collection: SHA-256("glimpse address", collection id, r, normal address),
// where r is random and only that recipient is told it. Without r nobody can
// tell whose address it is, nor that two collections have a recipient in common.
// The address is normalised by NormalAddress, whose errors it returns.
func Blind(id ID, r [16]byte, address string) (Address, error) {
	normal, err := NormalAddress(address)
	if err != nil {
		return Address{}, err
	}
	b := make([]byte, 0, 320)
	b = append(b, "glimpse address"...)
	b = append(append(append(b, id[:]...), r[:]...), normal...)
	return sha256.Sum256(b), nil
}

// NormalAddress returns an e-mail address in the one form that is blinded: lower
// case. It takes an ASCII local part without quotes (RFC 5321, dot-string) and a
// domain of at least two labels in A-label form (RFC 5890); others are refused
// with ErrAddress, which does not repeat the address.
func NormalAddress(address string) (string, error) {
	local, domain, found := strings.Cut(address, "@")
	switch {
	case !found || len(address) > MaxAddress || len(local) > 64:
		return "", fmt.Errorf("%w: not local@domain of at most %d bytes", ErrAddress, MaxAddress)
	case !dotted(local, 1, "!#$%&'*+-/=?^_`{|}~"):
		return "", fmt.Errorf("%w: local part", ErrAddress)
	case !dotted(domain, 2, "-") || slices.ContainsFunc(strings.Split(domain, "."), badLabel) || numeric(domain):
		return "", fmt.Errorf("%w: domain", ErrAddress)
	}
	return strings.ToLower(address), nil
}

// dotted reports whether s is least or more non-empty parts of ASCII letters,
// digits and others.
func dotted(s string, least int, others string) bool {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		if part == "" {
			return false
		}
		for _, b := range []byte(part) {
			letter := b|0x20 >= 'a' && b|0x20 <= 'z'
			if !letter && (b < '0' || b > '9') && strings.IndexByte(others, b) < 0 {
				return false
			}
		}
	}
	return len(parts) >= least
}

// badLabel reports whether a part of a domain is longer than a label may be or
// has a hyphen at an end (RFC 5890, section 2.3.1).
func badLabel(l string) bool {
	return len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-")
}

// numeric reports whether a domain's last label has digits only, as an IPv4
// address's has and no top-level domain's.
func numeric(domain string) bool {
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	return strings.Trim(last, "0123456789") == ""
}

// HasAddress reports whether the collection is shared with a blinded address. A
// recipient who was told r recognises itself by HasAddress(Blind(id, r, address)).
func (c Collection) HasAddress(a Address) bool {
	return in(c.parts().fixed.addresses, a[:])
}

// A resolution is the authority's statement that a blinded address is a user.
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

func (r resolution) compare(o resolution) int {
	return cmp.Or(bytes.Compare(r.address[:], o.address[:]), bytes.Compare(r.user[:], o.user[:]))
}

// readResolved reads resolutions, which ascend by address and user.
func (p *parts) readResolved(r *wire.Reader, l *Limits) {
	start := r.Offset()
	n := r.Array(l.Recipients)
	switch {
	case r.Err() != nil:
		return
	case n == 0:
		r.Fail(start, ErrNotCanonical)
	case n > r.Left()/minResolution:
		r.Fail(start, ErrTruncated)
		return
	}
	p.resolved = make([]resolution, 0, n)
	for i := range n {
		at := r.Offset()
		var next resolution
		r.Exactly(4)
		copy(next.address[:], r.Fixed(keySize))
		copy(next.user[:], r.Fixed(userSize))
		next.seal = readSeal(r, l)
		switch {
		case r.Err() != nil:
			return
		case next.user.IsZero():
			r.Fail(at, ErrZero)
		case p.fixed.authority.IsZero() || !in(p.fixed.addresses, next.address[:]):
			r.Fail(at, fmt.Errorf("%w: address %d is not shared with, or the collection names no authority", ErrNotAuthorised, i))
		case i > 0 && p.resolved[i-1].compare(next) >= 0:
			r.Fail(at, fmt.Errorf("%w: address %d", ErrOrder, i))
		}
		p.resolved = append(p.resolved, next)
	}
}

// mergeResolved joins resolutions, which ascend, and reports whether anything changed.
func (p *parts) mergeResolved(more []resolution) (changed bool) {
	all := make([]resolution, 0, len(p.resolved)+len(more))
	have := p.resolved
	for _, r := range more {
		for len(have) > 0 && have[0].compare(r) < 0 {
			all, have = append(all, have[0]), have[1:]
		}
		if len(have) > 0 && have[0].compare(r) == 0 {
			merged := have[0].seal
			changed = merged.merge(r.seal) || changed
			r.seal, have = merged, have[1:]
		} else {
			changed = true
		}
		all = append(all, r)
	}
	if changed {
		p.resolved = append(all, have...)
	}
	return changed
}

// Resolve adds the authority's sealed statement that a blinded address of the
// collection is a user, who may then read it. Errors: ErrNotAuthorised if the
// collection is not shared with the address or names no authority, ErrZero, and
// those of s.
func (c Collection) Resolve(ctx context.Context, s Signer, a Address, user UserID, issued time.Time) (Collection, error) {
	p := c.parts()
	switch {
	case user.IsZero():
		return c, fmt.Errorf("resolve: %w", ErrZero)
	case !c.HasAddress(a) || p.fixed.authority.IsZero():
		return c, fmt.Errorf("resolve: %w", ErrNotAuthorised)
	}
	at, err := sealSeconds(issued)
	if err != nil {
		return c, err
	}
	r := resolution{address: a, user: user, seal: seal{issued: at}}
	if r.seal, err = newSeal(ctx, s, TypeAddress, p.fixed.addressStatement(&r), at); err != nil {
		return c, fmt.Errorf("resolve: %w", err)
	}
	q := *p
	if !q.mergeResolved([]resolution{r}) {
		return c, nil
	}
	return Collection{&q}, nil
}
