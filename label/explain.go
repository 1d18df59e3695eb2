package label

// refuse works out what Check answers when the table does not allow.
func (g *Gate) refuse(r Rank, right Rights, version int, h Holder) *Refusal {
	e := &Refusal{Right: right, Rank: r, Version: version, Reason: ErrNotFound}
	if version < 0 || version >= len(g.ladder) {
		return e
	}
	e.Name = g.ladder[version].Name
	if !g.says(r) {
		e.Reason = ErrUnknown
		return e
	}
	e.Right = right &^ g.Rights(r, version, h)
	accepted := h
	accepted.Unaccepted = false
	if g.Rights(r, version, accepted).Has(right) {
		e.Reason = ErrUnaccepted
		return e
	}
	e.Lift, e.Reason = g.explain(r, right, version, accepted)
	return e
}

// explain finds what would lift a refusal by looking further into the table:
// so the note is right for every policy.
func (g *Gate) explain(r Rank, right Rights, version int, h Holder) (Lift, error) {
	holding := Holder{Held: h.Held.With(version), Author: h.Author}
	lift := Lift{Held: g.Rights(r, version, holding).Has(right)}
	reason, from := ErrPending, r+1
	switch {
	case r.Complete():
		return lift, ErrForbidden
	case r.Withdrawn():
		reason, from = ErrWithdrawn, Pending
	}
	later, ok := g.least(from, right, version, h)
	if !ok {
		return lift, ErrForbidden
	}
	if !r.Withdrawn() {
		lift.Rank = later
	} else if next, err := r.Next(); err == nil {
		lift.Rank = next + later
	}
	return lift, reason
}

// least returns the least rank that has the right, from the given one up to
// complete in the same generation.
func (g *Gate) least(from Rank, right Rights, version int, h Holder) (Rank, bool) {
	for r := from; ; r++ {
		if g.Rights(r, version, h).Has(right) {
			return r, true
		}
		if r.Complete() {
			return r, false
		}
	}
}
