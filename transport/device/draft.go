package device

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// MakeFor is Make for recipients of whom the device knows mail addresses. What
// it stores is a draft: at the first
// Share with a hub, the hub puts in the users, or blinded addresses, for them, and the
// device seals what comes back, which stays the same from then on. If that has another
// authority, other items, or more recipients than addresses were given, Share returns an
// error that wraps transport.ErrDiffers or collection.ErrOtherCollection, and nothing is
// sealed. Whose an address is that no contact of the device's settings says, the device
// takes from the hub. The addresses stay in the device's store until then, and go to
// nobody but the hub. A draft cannot be shared over a local link first. Errors
// are those of Make, and collection.ErrAddress.
func (d *Device) MakeFor(ctx context.Context, h collection.Header, b collection.Body, addresses ...string) (collection.Name, error) {
	if len(addresses) == 0 {
		return d.Make(ctx, h, b)
	}
	for _, address := range addresses {
		if _, err := collection.NormalAddress(address); err != nil {
			return collection.Name{}, err
		}
	}
	c, err := d.draft(ctx, h, b)
	if err != nil {
		return collection.Name{}, err
	}
	to, err := transport.Encode(addresses)
	if err != nil {
		return collection.Name{}, err
	}
	return c.Name(), d.store(ctx, c, transport.Change{Key: addressesRecord.Key(c.Name()), Value: to})
}

// leave leaves to the receiver of a share what a draft still lacks.
func (d *Device) leave(ctx context.Context, c collection.Collection, share *shareclient.Share) error {
	addresses, stored, err := record.Load[[]string](ctx, d.cfg.Store, addressesRecord.Key(c.Name()))
	if err != nil || stored.Version == 0 {
		return err
	}
	share.Message.To = addresses
	share.FillIn = func(ctx context.Context, draft, theirs collection.Collection) (collection.Collection, transport.AuthorSeal, error) {
		return d.fillIn(ctx, draft, theirs, addresses)
	}
	return nil
}

// fillIn takes what a hub has made of a draft, if it has added no more than it may. It seals
// and stores the whole.
func (d *Device) fillIn(ctx context.Context, draft, theirs collection.Collection, to []string) (collection.Collection, transport.AuthorSeal, error) {
	settings, err := d.Settings(ctx)
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return draft, transport.AuthorSeal{}, err
	}
	c, err := shareclient.Filled(draft, theirs, to, settings.Contacts)
	if err != nil {
		return draft, transport.AuthorSeal{}, err
	}
	at := d.cfg.Now()
	if c, err = c.Sign(ctx, d.signer, at); err != nil {
		return draft, transport.AuthorSeal{}, err
	}
	seal := transport.AuthorSeal{Seal: c.Header().AuthorSeal}
	if !at.IsZero() {
		seal.Issued = uint64(at.Unix())
	}
	return c, seal, d.store(ctx, c, transport.Change{Key: addressesRecord.Key(c.Name())})
}
