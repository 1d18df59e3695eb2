package transport

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
)

// Identifiers are new ids for a collection and its items: random, and nobody
// else's.
type Identifiers struct {
	Collection collection.ID       `cbor:"1,keyasint"`
	Items      []collection.ItemID `cbor:"2,keyasint,omitempty"`
}

// IDRequest asks for ids.
type IDRequest struct {
	Items int `cbor:"1,keyasint,omitempty"` // number of item ids
}

// MaxIdentifiers is how many item ids can be asked for at once.
const MaxIdentifiers = 10_000

func (r IDRequest) check() error {
	if r.Items < 0 {
		return At(ErrMalformed, "items")
	}
	return nil
}

// IDAllocator makes ids for devices that cannot make random ones themselves.
type IDAllocator interface {
	// NewIdentifiers returns an id for a collection and n for items. ErrMalformed:
	// n is negative. ErrTooLarge: n is more than MaxIdentifiers.
	NewIdentifiers(ctx context.Context, n int) (Identifiers, error)
}

// Settings are what a device takes over from its user's home peer.
type Settings struct {
	Contacts []Contact         `cbor:"1,keyasint,omitempty"` // the address book
	Values   map[string]string `cbor:"2,keyasint,omitempty"` // settings of the program's own, at most 32
}

// Contact is somebody to share with: a user, or a mail address.
type Contact struct {
	Name    string            `cbor:"1,keyasint,omitempty"`
	User    collection.UserID `cbor:"2,keyasint"` // zero = not known
	Address string            `cbor:"3,keyasint,omitempty"`
}

// SettingsSource has the settings of a user, for the user's devices.
type SettingsSource interface {
	// Settings returns the settings as they are now, zero if none were set.
	// ErrForbidden: the caller is another user.
	Settings(ctx context.Context) (Settings, error)
}
