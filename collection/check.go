package collection

import (
	"fmt"

	"github.com/glimpse-go/glimpse/internal/sealerr"
	"github.com/glimpse-go/glimpse/label"
)

// ErrNoItem is an item that the collection does not have.
var ErrNoItem = fmt.Errorf("%w: no such item", label.ErrNotFound)

// An ItemError is a refusal that concerns one item; errors.Is and errors.As see
// its cause, such as a *label.Refusal.
type ItemError struct {
	Item ItemID
	Err  error
}

// Error names the item and the cause.
func (e *ItemError) Error() string { return fmt.Sprintf("item %v: %v", e.Item, e.Err) }

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return e.Err }

// ErrNotAuthorised says that somebody may not say what an update or a seal says.
// It wraps the family of refused seals.
var ErrNotAuthorised = fmt.Errorf("%w: not authorised", sealerr.Err)

// Check asks a gate whether a holder has a right to a version of an item, by
// the item's label in c. nil grants it. A refusal is an *ItemError around a
// *label.Refusal, whose text is the note for the user; an item that c does
// not have is one around ErrNoItem.
func (c Collection) Check(g *label.Gate, id ItemID, right label.Rights, version int, h label.Holder) error {
	rank, ok := c.Label(id)
	if !ok {
		return &ItemError{id, ErrNoItem}
	}
	if err := g.Check(rank, right, version, h); err != nil {
		return &ItemError{id, err}
	}
	return nil
}
