package collection

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// The refusals of freshness.
var (
	// ErrTooOld is a collection whose latest seal is older than is asked for.
	ErrTooOld = errors.New("too old")
	// ErrReplay is a collection that shows an earlier state than one that has been
	// seen: an edition or a generation went back.
	ErrReplay = errors.New("an earlier state than one seen before")
)

// A Checker verifies collections and updates. Only the Verifier is required. A
// Checker is a value and safe for concurrent use if its parts are.
type Checker struct {
	Verifier Verifier
	// MaxAge, with the clock Now, demands a seal of the authority (of the author,
	// where the collection names no authority) that is at most so old; 0 = any age.
	// Without a clock no seal is young enough.
	MaxAge time.Duration
	Now    func() time.Time
	// Memory remembers what has been seen of every collection, so that an earlier
	// state is found out; nil = nothing is remembered.
	Memory Memory
}

// A Memory remembers per collection what has been seen of it, for ever, a few
// bytes for most. What was said with a key that is revoked later stays
// remembered: author or authority then say it again, or open the next
// generation.
type Memory interface {
	// Update replaces what is remembered of a collection, nil if nothing is, by
	// what next makes of it, in one step: no other Update of the collection comes
	// between. It is durable when Update returns nil. An error of next is
	// returned, and changes nothing. Update is called from several goroutines.
	Update(n Name, next func(seen []byte) ([]byte, error)) error
}

// MemoryMap is a Memory that forgets with the process. The zero MemoryMap is
// ready to use.
type MemoryMap struct {
	mu   sync.Mutex
	seen map[Name][]byte
}

// Update implements Memory.
func (m *MemoryMap) Update(n Name, next func(seen []byte) ([]byte, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen, err := next(m.seen[n])
	if err != nil {
		return err
	}
	if m.seen == nil {
		m.seen = map[Name][]byte{}
	}
	m.seen[n] = seen
	return nil
}

// Verify checks every seal of c: the edition's by author or authority, those of
// all updates, resolved and accepted addresses, and Ends. It refuses c with an error that wraps
// ErrSeal if one is missing, unknown or bad, with ErrTooOld and ErrReplay if it
// is not fresh. An update, what the author accepts, or an End, by a key that has been revoked
// since, or was not valid when it sealed, is left out, and so is the author's seal where
// the authority's stands. Nothing that was refused is remembered.
func (k Checker) Verify(ctx context.Context, c Collection) (Verified, error) {
	v, err := k.verifySeals(ctx, c)
	if err == nil {
		err = k.checkFresh(&v)
	}
	if err != nil {
		return Verified{}, fmt.Errorf("verify: %w", err)
	}
	return v, nil
}

// verifySeals verifies every seal of c and leaves out those of keys that ended. If
// that leaves nobody who vouches for the edition, it returns the rest beside the
// error; otherwise nothing.
func (k Checker) verifySeals(ctx context.Context, c Collection) (Verified, error) {
	q := *c.parts()
	v := Verified{checker: k}
	edition := k.verifyEdition(ctx, &q, &v.report)
	if edition != nil && !ended(edition) {
		return Verified{}, edition
	}
	claims, err := k.verifyUpdates(ctx, &q, &v.report)
	if err != nil {
		return Verified{}, err
	}
	if err := k.verifyResolved(ctx, &q); err != nil {
		return Verified{}, err
	}
	if q.accepted, _, err = k.verifyOfAuthor(ctx, &q, TypeAcceptance, q.accepted, &v.report); err != nil {
		return Verified{}, err
	}
	if q.ends, v.report.Ends, err = k.verifyOfAuthor(ctx, &q, TypeEnd, q.ends, &v.report); err != nil {
		return Verified{}, err
	}
	if len(claims) < len(q.claims) {
		q.carry(claims)
	}
	v.c = Collection{&q}
	return v, edition
}
