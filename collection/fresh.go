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
	return v.join(ctx, func(c Collection) (Collection, bool, error) { return c.Apply(us...) })
}

// Merge verifies the seals of another copy of the collection and joins it: see
// Collection.Merge. The copy may be an earlier state, as a peer's that was away;
// what comes of both must be fresh. Errors: those of both.
func (v Verified) Merge(ctx context.Context, c Collection) (next Verified, changed bool, err error) {
	other, err := v.checker.verifySeals(ctx, c)
	if err != nil {
		return v, false, fmt.Errorf("merge: %w", err)
	}
	return v.join(ctx, func(c Collection) (Collection, bool, error) { return c.Merge(other.c) })
}

// join joins more to v and verifies the result. Keys may have been revoked since
// v was verified: what they sealed goes first, for it would take the place of
// what comes.
func (v Verified) join(ctx context.Context, more func(Collection) (Collection, bool, error)) (next Verified, changed bool, err error) {
	now, err := v.checker.verifySeals(ctx, v.c)
	if now.c.p == nil {
		return v, false, fmt.Errorf("verify: %w", err)
	}
	c, changed, err := more(now.c)
	if err != nil || !changed {
		return v, false, err
	}
	if next, err = v.checker.Verify(ctx, c); err != nil {
		return v, false, err
	}
	return next, true, nil
}

// checkFresh refuses a collection that is too old or that went back, and
// remembers it otherwise.
func (k Checker) checkFresh(v *Verified) error {
	v.report.Fresh = v.latest()
	if err := k.checkAge(v.report.Fresh); err != nil || k.Memory == nil {
		return err
	}
	p := v.c.parts()
	err := k.Memory.Update(v.c.Name(), p.remember)
	if err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	return nil
}

func (k Checker) checkAge(sealed time.Time) error {
	switch {
	case k.MaxAge <= 0:
		return nil
	case k.Now == nil:
		return fmt.Errorf("%w: an age is asked for and there is no clock", ErrTooOld)
	case sealed.IsZero():
		return fmt.Errorf("%w: no seal says when it was made", ErrTooOld)
	}
	if age := k.Now().Sub(sealed); age > k.MaxAge {
		return fmt.Errorf("%w: sealed %v ago", ErrTooOld, age.Round(time.Second))
	}
	return nil
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

// remember returns what is to be remembered once p has been seen after what was
// seen before, which p must not fall behind.
func (p *parts) remember(was []byte) ([]byte, error) {
	floors, _ := column.Combine(*p.state.get(), column.Uniform(p.fixed.len(), 0), floor)
	if was == nil {
		return appendSeen(p, floors), nil
	}
	if err := p.compareSeen(was); err != nil {
		return nil, err
	}
	return appendSeen(p, floors), nil
}

// appendSeen encodes what is remembered: [identity, edition, floors].
func appendSeen(p *parts, floors column.Column) []byte {
	identity := p.fixed.identity()
	b := wire.AppendBytes(wire.AppendArray(nil, 3), identity[:])
	b = wire.AppendUint(b, p.edition.number)
	c := makeClaim(floors, UserID{}, seal{})
	return append(b, c.encoded()...)
}

// compareSeen refuses p if it shows less than was remembered.
func (p *parts) compareSeen(was []byte) error {
	r := wire.NewReader(was, 0)
	r.Exactly(3)
	identity := r.Fixed(digestSize)
	number := r.Uint(math.MaxInt64)
	if now := p.fixed.identity(); r.Err() == nil && !bytes.Equal(identity, now[:]) {
		return fmt.Errorf("%w: not the one first seen by this name", ErrOtherCollection)
	}
	before := readLabels(r, p.fixed.len(), new([]uint32))
	if err := r.End(); err != nil {
		return err
	}
	if p.edition.number < number {
		return fmt.Errorf("%w: edition %d after %d", ErrReplay, p.edition.number, number)
	}
	if !column.Every(*p.state.get(), before, func(x, y uint32) bool { return x >= y }) {
		return fmt.Errorf("%w: a take-back or a withdrawal is missing", ErrReplay)
	}
	return nil
}
