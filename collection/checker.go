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
	// MaxAge, with Now, demands a seal of the authority (of the author, where the
	// collection names no authority) that is at most so old; 0 = any age. A device
	// without a clock gets Now from the seal of a statement it trusts.
	MaxAge time.Duration
	Now    time.Time
	// Memory remembers what has been seen of every collection, so that an earlier
	// state is found out; nil = nothing is remembered.
	Memory Memory
}

// A Memory remembers per collection what has been seen of it, for ever, a few
// bytes for most. Load returns nil for a collection never seen. Store is durable
// when it returns. Both may be called from several goroutines.
type Memory interface {
	Load(Name) ([]byte, error)
	Store(Name, []byte) error
}

// MemoryMap is a Memory that forgets with the process. The zero MemoryMap is
// ready to use.
type MemoryMap struct{ m sync.Map }

// Load returns what was stored of a collection, nil if nothing was.
func (m *MemoryMap) Load(n Name) ([]byte, error) {
	seen, _ := m.m.Load(n)
	b, _ := seen.([]byte)
	return b, nil
}

// Store replaces what was stored of a collection.
func (m *MemoryMap) Store(n Name, seen []byte) error {
	m.m.Store(n, seen)
	return nil
}

// Verify checks every seal of c: the edition's by author or authority, those of
// all updates and resolved addresses. It refuses c with an error that wraps
// ErrSeal if one is missing, unknown or bad, with ErrTooOld and ErrReplay if it
// is not fresh. An update by a key revoked since is left out. Nothing that was
// refused is remembered.
func (k Checker) Verify(ctx context.Context, c Collection) (Verified, error) {
	q := *c.parts()
	v := Verified{checker: k}
	if err := k.verifyEdition(ctx, &q, &v.report); err != nil {
		return Verified{}, fmt.Errorf("verify: %w", err)
	}
	claims, err := k.verifyUpdates(ctx, &q, &v.report)
	if err != nil {
		return Verified{}, fmt.Errorf("verify: %w", err)
	}
	if err := k.verifyResolved(ctx, &q); err != nil {
		return Verified{}, fmt.Errorf("verify: %w", err)
	}
	if len(claims) < len(q.claims) {
		q.claims, q.state = claims, stateOf(q.fixed, claims)
	}
	v.c = Collection{&q}
	return v, k.checkFresh(&v)
}
