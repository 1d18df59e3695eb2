package collection

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// Apply verifies the seals of updates and joins those that pass: all or nothing.
// Errors: those of Checker.Verify and of Collection.Apply, and ErrRevoked.
func (v Verified) Apply(ctx context.Context, us ...Update) (next Verified, changed bool, err error) {
	p := v.c.parts()
	for i := range us {
		if err := p.fits(&us[i]); err != nil {
			return v, false, err
		}
		if _, err := v.checker.verifyClaim(ctx, p, &us[i].claim); err != nil {
			return v, false, fmt.Errorf("update: %w", err)
		}
	}
	c, changed, err := v.c.Apply(us...)
	if err != nil || !changed {
		return v, false, err
	}
	next, err = v.checker.Verify(ctx, c)
	if err != nil {
		return v, false, err
	}
	return next, true, nil
}

// Merge verifies another copy of the collection and joins it: see
// Collection.Merge. Errors: those of both.
func (v Verified) Merge(ctx context.Context, c Collection) (next Verified, changed bool, err error) {
	other, err := v.checker.Verify(ctx, c)
	if err != nil {
		return v, false, err
	}
	merged, changed, err := v.c.Merge(other.c)
	if err != nil || !changed {
		return v, false, err
	}
	next, err = v.checker.Verify(ctx, merged)
	if err != nil {
		return v, false, err
	}
	return next, true, nil
}

// checkFresh refuses a collection that is too old or that went back, and
// remembers it otherwise.
func (k Checker) checkFresh(v *Verified) error {
	v.report.Fresh = v.latest()
	if k.MaxAge > 0 {
		switch {
		case k.Now.IsZero():
			return fmt.Errorf("verify: %w: an age is asked for and there is no clock", ErrTooOld)
		case v.report.Fresh.IsZero():
			return fmt.Errorf("verify: %w: no seal says when it was made", ErrTooOld)
		case k.Now.Sub(v.report.Fresh) > k.MaxAge:
			return fmt.Errorf("verify: %w: sealed %v ago", ErrTooOld, k.Now.Sub(v.report.Fresh).Round(time.Second))
		}
	}
	if k.Memory == nil {
		return nil
	}
	return k.remember(v.c)
}

// latest returns the latest moment that a seal of the authority names, or of
// the author where there is no authority.
func (v *Verified) latest() (at time.Time) {
	later := func(s *Said) {
		if s != nil && s.At.After(at) && (s.By.IsZero() || v.c.Authority().IsZero()) {
			at = s.At
		}
	}
	later(v.report.Author)
	later(v.report.Authority)
	for i := range v.report.Updates {
		if u := &v.report.Updates[i]; u.By.IsZero() || u.By == v.c.Author() {
			later(u)
		}
	}
	return at
}

// floor keeps of a rank what may never go back: the generation, and that the
// item was withdrawn in it.
func floor(x, _ uint32) uint32 {
	if label.Rank(x).Withdrawn() {
		return x
	}
	return x &^ uint32(label.Withdrawn)
}

func (k Checker) remember(c Collection) error {
	p := c.parts()
	was, err := k.Memory.Load(c.Name())
	if err != nil {
		return fmt.Errorf("verify: memory: %w", err)
	}
	floors, _ := column.Combine(p.state, column.Uniform(c.Len(), 0), floor)
	if was != nil {
		if floors, err = p.compareSeen(was, floors); err != nil {
			return err
		}
	}
	seen := appendSeen(p, floors)
	if bytes.Equal(was, seen) {
		return nil
	}
	if err := k.Memory.Store(c.Name(), seen); err != nil {
		return fmt.Errorf("verify: memory: %w", err)
	}
	return nil
}

// appendSeen encodes what is remembered: [identity, edition, floors].
func appendSeen(p *parts, floors column.Column) []byte {
	identity := p.fixed.identity()
	b := wire.AppendBytes(wire.AppendArray(nil, 3), identity[:])
	b = wire.AppendUint(b, p.edition.number)
	c := makeClaim(floors, UserID{}, seal{})
	return append(b, c.encoded()...)
}

// compareSeen refuses p if it shows less than was remembered, and returns the
// join of both floors.
func (p *parts) compareSeen(was []byte, floors column.Column) (column.Column, error) {
	r := wire.NewReader(was, 0)
	r.Exactly(3)
	identity := r.Fixed(digestSize)
	number := r.Uint(math.MaxInt64)
	if now := p.fixed.identity(); r.Err() == nil && !bytes.Equal(identity, now[:]) {
		return floors, fmt.Errorf("verify: %w: not the one first seen by this name", ErrOtherCollection)
	}
	before := readLabels(r, p.fixed.len())
	if err := r.End(); err != nil {
		return floors, fmt.Errorf("verify: memory: %w", err)
	}
	if p.edition.number < number {
		return floors, fmt.Errorf("verify: %w: edition %d after %d", ErrReplay, p.edition.number, number)
	}
	if !column.Every(p.state, before, func(x, y uint32) bool { return x >= y }) {
		return floors, fmt.Errorf("verify: %w: a take-back or a withdrawal is missing", ErrReplay)
	}
	joined, _ := column.Combine(before, floors, higher)
	return joined, nil
}
