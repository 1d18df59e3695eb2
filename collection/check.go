package collection

import (
	"fmt"

	"github.com/glimpse-go/glimpse/label"
)

// ErrNoItem is an item that the collection does not have.
var ErrNoItem = fmt.Errorf("%w: no such item", label.ErrNotFound)

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
