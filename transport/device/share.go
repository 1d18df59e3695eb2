package device

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// Share shares a collection with a hub, and uploads the partial versions that it asks
// for: in one request where nothing of it is known there and the smallest versions are
// all that is asked for, else in two. The version of the cover item goes first. The smallest
// versions go along with the share unless this Device has shared some of them
// before, or the hub is to fill in the collection first; what the station has of
// them it says while they go, and then they stop. The answer is the last one; its
// Next is transport.Done unless the station waits for what others upload, and its Unknown
// names the recipients whom a hub does not know. Equal
// bytes are sent once, also where several collections are shared at the same time
// over one link. What the Media does not have any more is left out and keeps its
// label. After an error it can be called again: what was stored is not sent again.
// Complete versions are not offered, so that no hub gets one by asking for it: see
// [Device.Sync].
// Errors are those of transport.ShareReceiver and of the Media.
func (d *Device) Share(ctx context.Context, to transport.ShareReceiver, name collection.Name) (transport.Answer, error) {
	return d.share(ctx, to, name, partial, false)
}

// Sync is Share with a peer of the device's user, such as the home computer: complete
// versions are offered, too. Errors are those of Share.
func (d *Device) Sync(ctx context.Context, home transport.ShareReceiver, name collection.Name) (transport.Answer, error) {
	return d.ShareVersions(ctx, home, name, label.MaxVersions)
}

// ShareVersions is Share that offers the first n versions of the ladder only:
// what the link can carry now. Called again with more over a better link, it
// sends what was not sent before; in a collection of kind label.Degree the
// labels advance with it. Errors are those of Share.
func (d *Device) ShareVersions(ctx context.Context, to transport.ShareReceiver, name collection.Name, n int) (transport.Answer, error) {
	return d.share(ctx, to, name, func(c collection.Collection) int { return min(max(n, 0), len(c.Ladder())) }, false)
}

// partial is how many versions of a collection are partial ones.
func partial(c collection.Collection) int { return len(c.Ladder()) - 1 }

// share shares the first versions, as many as offered says; notifies says that the device
// would tell.
func (d *Device) share(ctx context.Context, to transport.ShareReceiver, name collection.Name, offered func(collection.Collection) int, notifies bool) (transport.Answer, error) {
	c, err := d.Collection(ctx, name)
	if err != nil {
		return transport.Answer{}, err
	}
	share := shareclient.Share{
		Message: transport.Share{From: transport.Device, Offers: offers(c)[:offered(c)], Notifies: notifies},
		Open:    d.open, Make: d.cannot, Signer: d.signer, Now: d.cfg.Now, Sending: &d.sending,
	}
	if err := d.leave(ctx, c, &share); err != nil {
		return transport.Answer{}, err
	}
	_, answer, err := shareclient.Send(ctx, to, c, share)
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
	return d.openMedia(ctx, id, version)
}

// openMedia opens a version. What cannot be made is not there, for all that follows.
func (d *Device) openMedia(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	b, err := d.media.Open(ctx, item, version)
	if errors.Is(err, errors.ErrUnsupported) {
		err = transport.ErrNotFound
	}
	return b, err
}

// cannot finds what of it is asked for the device does not have any more.
func (d *Device) cannot(ctx context.Context, c collection.Collection, missing []transport.Bits) (collection.Collection, []transport.Bits, error) {
	gone := make([]transport.Bits, len(missing))
	for v, items := range missing {
		for i := range items.Places() {
			_, err := d.size(ctx, c, i, v)
			if errors.Is(err, transport.ErrNotFound) {
				gone[v] = gone[v].Add(i)
			} else if err != nil {
				return c, nil, err
			}
		}
	}
	return c, gone, nil
}
