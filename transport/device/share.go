package device

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/send"
)

// Share shares a collection with a station, and uploads what it asks for: two
// requests, one if nothing is missing. The answer is the last one; its Next is
// transport.Done unless the station waits for what others upload. After an error it can be called again: what was stored is not
// sent again. Errors are those of transport.Station and of the Media.
func (d *Device) Share(ctx context.Context, to transport.Station, name collection.Name) (transport.Answer, error) {
	c, err := d.Collection(ctx, name)
	if err != nil {
		return transport.Answer{}, err
	}
	_, answer, err := send.Send(ctx, to, c, send.Share{
		Message: transport.Share{From: transport.Device, Offers: offers(c)},
		Open:    d.open, Signer: d.signer, Now: d.cfg.Now,
	})
	return answer, err
}

// offers are the versions whose digests were worked out when c was made: those
// that the device had.
func offers(c collection.Collection) []transport.Bits {
	offers := make([]transport.Bits, len(c.Ladder()))
	for i := range c.Len() {
		for v := range offers {
			if d, ok := c.Digest(i, v); ok && !d.IsZero() {
				offers[v] = offers[v].Add(i)
			}
		}
	}
	return offers
}

func (d *Device) open(ctx context.Context, c collection.Collection, item, version int) (transport.Blob, error) {
	id, _ := c.At(item)
	return d.media.Open(ctx, id, version)
}
