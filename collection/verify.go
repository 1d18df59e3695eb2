package collection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/internal/sealerr"
)

// The refusals of a seal, which package signature returns too. All wrap
// ErrSeal, as ErrNotAuthorised and ErrOtherCollection do.
var (
	// ErrSeal is the family of refused seals.
	ErrSeal = sealerr.Err
	// ErrUnsigned is a statement without a seal.
	ErrUnsigned = sealerr.ErrUnsigned
	// ErrUnknownKey is a seal by a key that the verifier does not know.
	ErrUnknownKey = sealerr.ErrUnknownKey
	// ErrBadSeal is a seal that is not over this statement, or no seal at all.
	ErrBadSeal = sealerr.ErrBadSeal
	// ErrRevoked is a seal by a key that has been revoked.
	ErrRevoked = sealerr.ErrRevoked
	// ErrExpired is a seal by a key that was not valid when the seal was made.
	ErrExpired = sealerr.ErrExpired
)

// Said tells who sealed something, with which key and when.
type Said struct {
	By  UserID // zero = the authority
	Key KeyID
	At  time.Time // zero = no clock
}

// A Verified collection is one whose every seal has been verified: that it is
// wanted as an argument makes it a type error to leave verification out. It is
// an immutable value. The zero Verified holds the zero Collection.
type Verified struct {
	c       Collection
	report  Report
	checker Checker
}

// A Report tells who vouches for what in a Verified collection.
type Report struct {
	// Author is the author's seal over the edition, nil where the collection is
	// vouched for by the authority only.
	Author *Said
	// Authority is the authority's seal over the edition, nil where there is none.
	Authority *Said
	// Updates are the seals of the updates that count, in the order of
	// Collection.Updates.
	Updates []Said
	// Ends are the seals of the author's Ends, ascending by key.
	Ends []Said
	// Revoked are the seals of updates, of what the author has accepted, and of Ends, that were
	// left out, because their key has been revoked since, or was not valid when they were made;
	// Key is zero there.
	Revoked []Said
	// Fresh is the latest moment that a seal of the authority names, or of the
	// author where the collection names no authority.
	Fresh time.Time
}

// Verify checks every seal of c with v. See Checker.Verify.
func Verify(ctx context.Context, v Verifier, c Collection) (Verified, error) {
	return Checker{Verifier: v}.Verify(ctx, c)
}

// Collection returns the collection as it was verified: without what
// Report calls revoked, and without an author's seal of such a key.
func (v Verified) Collection() Collection { return v.c }

// Report tells who vouches for the collection.
func (v Verified) Report() Report { return v.report }

// AuthorityOnly reports whether no seal of the author vouches for the manifest.
func (v Verified) AuthorityOnly() bool { return v.report.Author == nil }

// ended says of a refusal that the key was good once: it has been revoked, or had
// been retired when it sealed, which those who joined the seal did not know yet.
func ended(err error) bool { return errors.Is(err, ErrRevoked) || errors.Is(err, ErrExpired) }

// verifyEdition verifies the seals over the edition. The author's stands unless
// its key has ended, and is left out then: the authority's must stand.
func (k Checker) verifyEdition(ctx context.Context, p *parts, report *Report) error {
	said, err := k.said(ctx, p, TypeEdition, p.editionStatement, p.fixed.author, p.seals.author)
	switch {
	case err == nil:
		report.Author = &said
	case !errors.Is(err, ErrUnsigned) && !ended(err):
		return fmt.Errorf("edition: author: %w", err)
	default:
		p.seals.author = seal{}
	}
	authorErr := err
	if len(p.seals.authority.bytes) > 0 {
		cosaid, err := k.said(ctx, p, TypeEdition, p.editionStatement, UserID{}, p.seals.authority)
		if err != nil {
			return fmt.Errorf("edition: authority: %w", err)
		}
		report.Authority = &cosaid
	}
	if report.Author == nil && report.Authority == nil {
		return fmt.Errorf("edition: %w", authorErr)
	}
	return nil
}

// verifyUpdates verifies the updates' seals and returns the claims that count.
func (k Checker) verifyUpdates(ctx context.Context, p *parts, report *Report) ([]claim, error) {
	stand := make([]claim, 0, len(p.claims))
	for i := range p.claims {
		counted := len(report.Updates)
		if err := report.add(k.verifyClaim(ctx, p, &p.claims[i])); err != nil {
			return nil, fmt.Errorf("update %d: %w", i, err)
		}
		if len(report.Updates) > counted {
			stand = append(stand, p.claims[i])
		}
	}
	return stand, nil
}

// add files who vouches for an update, and leaves one of a key that ended out.
func (r *Report) add(said Said, err error) error {
	switch {
	case err == nil:
		r.Updates = append(r.Updates, said)
	case ended(err):
		r.Revoked = append(r.Revoked, said)
	default:
		return err
	}
	return nil
}

func (k Checker) verifyClaim(ctx context.Context, p *parts, c *claim) (Said, error) {
	statement := func(uint64) []byte { return c.statement(p.fixed.identity()) }
	said, err := k.said(ctx, p, TypeUpdate, statement, c.issuer(), c.seal())
	// An authority's seals are by an operating key, and its root is what is returned.
	if err == nil && !c.issuer().IsZero() && said.Key != c.key() {
		err = fmt.Errorf("%w: it names another key than %v", ErrBadSeal, said.Key)
	}
	return said, err
}

func (k Checker) verifyResolved(ctx context.Context, p *parts) error {
	for i := range p.resolved {
		r := &p.resolved[i]
		statement := func(uint64) []byte { return p.fixed.addressStatement(r) }
		if _, err := k.said(ctx, p, TypeAddress, statement, UserID{}, r.seal); err != nil {
			return fmt.Errorf("address %d: %w", i, err)
		}
	}
	return nil
}

// verifyOfAuthor verifies what each of the author's keys says for itself, acceptances or
// Ends, and returns what counts, and who says it.
func (k Checker) verifyOfAuthor(ctx context.Context, p *parts, typ string, list []resolution, report *Report) (stand []resolution, by []Said, err error) {
	for i := range list {
		said, err := k.saidByKey(ctx, p, typ, &list[i])
		switch {
		case err == nil:
			stand, by = append(stand, list[i]), append(by, said)
		case ended(err):
			report.Revoked = append(report.Revoked, said)
		default:
			return nil, nil, fmt.Errorf("%s %d: %w", typ, i, err)
		}
	}
	return stand, by, nil
}

// saidByKey verifies one of them, which must be by the key that its seal names.
func (k Checker) saidByKey(ctx context.Context, p *parts, typ string, r *resolution) (Said, error) {
	statement := func(issued uint64) []byte {
		if typ == TypeEnd {
			return p.fixed.endStatement(issued)
		}
		return p.fixed.addressStatement(r)
	}
	said, err := k.said(ctx, p, typ, statement, p.fixed.author, r.seal)
	if err == nil && said.Key != r.key() {
		err = fmt.Errorf("%w: it names another key than %v", ErrBadSeal, said.Key)
	}
	return said, err
}

// said verifies one seal, which must be by a user or, for zero, by the key that
// the fixed part names as authority.
func (k Checker) said(ctx context.Context, p *parts, typ string, statement func(uint64) []byte, by UserID, s seal) (Said, error) {
	said := Said{By: by, At: s.time()}
	if len(s.bytes) == 0 {
		return said, ErrUnsigned
	}
	user, key, err := k.Verifier.Verify(ctx, typ, statement(s.issued), s.bytes, said.At)
	said.Key = key
	switch {
	case err != nil:
		return said, err
	case by.IsZero() && (said.Key != p.fixed.authority || said.Key.IsZero()):
		return said, fmt.Errorf("%w: the key %v is not that of the collection's authority", ErrNotAuthorised, said.Key)
	case !by.IsZero() && UserID(user) != by:
		return said, fmt.Errorf("%w: the key is that of %v, not of %v", ErrNotAuthorised, UserID(user), by)
	}
	return said, nil
}
