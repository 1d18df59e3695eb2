package device

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// HandOver hands a collection that this device has made to the station of one of
// its recipients, over a local link that carries capacity bytes of versions: the
// smallest versions of all items first, then as many of the next as fit, of
// which the other user takes what that user likes. What goes over is a draft, the
// parts without the seal: the recipient has every item labelled until the
// author's own collection comes over the network. Errors are those of Share, and
// transport.ErrForbidden if the other user does not take it.
func (d *Device) HandOver(ctx context.Context, to transport.ShareReceiver, name collection.Name, capacity int64) (transport.Answer, error) {
	c, err := d.Collection(ctx, name)
	if err != nil {
		return transport.Answer{}, err
	}
	if len(c.Header().AuthorSeal) == 0 {
		return transport.Answer{}, transport.At(transport.ErrSeal, "its recipients are not resolved yet")
	}
	fits, err := d.fit(ctx, c, capacity)
	if err != nil {
		return transport.Answer{}, err
	}
	draft, err := collection.New(c.Header(), c.Body())
	if err != nil {
		return transport.Answer{}, err
	}
	_, answer, err := shareclient.Send(ctx, to, draft, shareclient.Share{
		Message: transport.Share{From: transport.Device, Offers: fits},
		Open:    d.open, Now: d.cfg.Now, Sending: &d.sending,
	})
	return answer, err
}

// fit chooses the versions to hand over: in the ladder's order and, in it, in
// the order of display, those that still fit. Equal bytes go over once.
func (d *Device) fit(ctx context.Context, c collection.Collection, capacity int64) ([]transport.Bits, error) {
	fits := offers(c)
	carried := map[collection.Digest]bool{}
	for v, items := range fits {
		var taken transport.Bits
		for i := range items.Places() {
			sum, _ := c.Digest(i, v)
			size, err := d.size(ctx, c, i, v)
			if errors.Is(err, transport.ErrNotFound) {
				continue // gone from the card
			}
			if err != nil {
				return nil, err
			}
			if carried[sum] {
				size = 0
			}
			if size <= capacity {
				capacity -= size
				carried[sum] = true
				taken = taken.Add(i)
			}
		}
		fits[v] = taken
	}
	return fits, nil
}

func (d *Device) size(ctx context.Context, c collection.Collection, item, version int) (int64, error) {
	b, err := d.open(ctx, c, item, version)
	if err != nil {
		return 0, err
	}
	return b.Size(), b.Close()
}
