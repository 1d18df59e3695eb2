package device

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Identifiers asks a hub for an id for a collection and n for its items, for a
// device that cannot make random ones. Errors are those of transport.IDAllocator, and
// transport.ErrMalformed if the hub returns others than were asked for.
func (d *Device) Identifiers(ctx context.Context, hub transport.IDAllocator, n int) (transport.Identifiers, error) {
	ids, err := hub.NewIdentifiers(ctx, n)
	if err != nil {
		return ids, err
	}
	seen := map[collection.ItemID]bool{{}: true} // none is zero
	for _, id := range ids.Items {
		seen[id] = true
	}
	if ids.Collection.IsZero() || len(ids.Items) != n || len(seen) != n+1 {
		return transport.Identifiers{}, transport.At(transport.ErrMalformed, "identifiers")
	}
	return ids, nil
}

// TakeSettings takes the user's address book and settings over from the home
// peer, and keeps them. It is called when the device is at the local link, before
// or after a share; without a home peer at hand the device goes on with what it
// has. Errors are those of transport.SettingsSource and of the store.
func (d *Device) TakeSettings(ctx context.Context, home transport.SettingsSource) (transport.Settings, error) {
	s, err := home.Settings(ctx)
	if err != nil {
		return s, err
	}
	return s, record.Set(ctx, d.cfg.Store, settingsRecord.Key(), s)
}

// Settings returns what the device took over last; the zero Settings if it never
// did.
func (d *Device) Settings(ctx context.Context) (transport.Settings, error) {
	s, _, err := record.Load[transport.Settings](ctx, d.cfg.Store, settingsRecord.Key())
	return s, err
}
