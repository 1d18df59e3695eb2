package transport

import (
	"context"

	"github.com/glimpse-go/glimpse/label"
)

// Glimpse is what somebody who is not a member sees of a collection: never the
// collection itself.
type Glimpse struct {
	Title    string `cbor:"1,keyasint,omitempty"`
	Items    int    `cbor:"2,keyasint,omitempty"` // number of items
	Labelled int    `cbor:"3,keyasint,omitempty"` // number of items with a label
	Cover    []byte `cbor:"4,keyasint,omitempty"` // thumbnail that stands for the collection
	// Versions is how many partial versions of the items, the smallest first,
	// may be read with the same token.
	Versions int `cbor:"5,keyasint,omitempty"`
}

func (g Glimpse) check() error {
	if g.Items < 0 || g.Labelled < 0 || g.Labelled > g.Items || g.Versions < 0 || g.Versions >= label.MaxVersions {
		return At(ErrMalformed, "glimpse")
	}
	return nil
}

// LinkAccess serves those who are not members, by the token of a letter that they
// got. Errors wrap ErrNotFound if the token is wrong or revoked.
type LinkAccess interface {
	// Glimpse returns what a token opens.
	Glimpse(ctx context.Context, token string) (Glimpse, error)
	// GuestVersion opens a partial version of the item at a place of the
	// collection, from an offset on. ErrNotFound: there is none, or guests may
	// not see it. ErrOffset and ErrMalformed as in Library.Version.
	GuestVersion(ctx context.Context, token string, item, version int, offset int64) (*Stream, error)
}
