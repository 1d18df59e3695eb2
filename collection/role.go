package collection

import (
	"fmt"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/label"
)

// A role is what somebody is to a collection, by its fixed part.
type role uint8

const (
	stranger role = iota
	completer
	author
	authority
)

// privileged says whether the role may open generations.
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

// allows refuses labels that the kind or the ladder does not have, or whose issuer may
// not say so.
func (f *fixed) allows(issuer UserID, labels column.Column) error {
	role := f.role(issuer)
	if role == stranger {
		return fmt.Errorf("%w: %v is neither author nor completer", ErrNotAuthorised, issuer)
	}
	for v := range labels.Values() {
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
