package device

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// MakeFor is Make for recipients of whom the device knows mail addresses. What
// it stores is a draft: at the first Share with a hub, the hub puts in the
// users, or blinded addresses, for them (and itself as the authority, where the
// header names none), and the device seals what comes back, which stays the same
// from then on. The addresses stay in the device's store until then, and go to
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
		return d.fillIn(ctx, draft, theirs, len(addresses))
	}
	return nil
}

// fillIn takes what a hub has made of a draft, if it has added no more than it
// may: as many recipients as there were addresses, and what the draft left out.
// It seals and stores the whole.
func (d *Device) fillIn(ctx context.Context, draft, theirs collection.Collection, to int) (collection.Collection, transport.AuthorSeal, error) {
	h, b := draft.Header(), draft.Body()
	if h.Authority.IsZero() {
		h.Authority = theirs.Authority()
	}
	if h.Created.IsZero() {
		h.Created = theirs.Header().Created
	}
	own := len(b.Recipients) + len(b.Addresses)
	b.Recipients = append(b.Recipients, slices.Collect(theirs.Recipients())...)
	b.Addresses = append(b.Addresses, slices.Collect(theirs.Addresses())...)
	c, err := collection.New(h, b)
	if err == nil {
		err = c.Same(theirs)
	}
	made := c.Body()
	if err == nil && len(made.Recipients)+len(made.Addresses) > own+to {
		err = transport.At(transport.ErrDiffers, "recipients that nobody asked for")
	}
	if err != nil {
		return draft, transport.AuthorSeal{}, transport.Wrap(err)
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
