package station

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// The outbox has one record per recipient and collection: what waits there is
// replaced by what is newer, and forgotten when exactly it was acknowledged.

// outbox returns the changes that put a notification into the outbox.
func (k *Core) outbox(ctx context.Context, t engine.Notify) ([]transport.Change, error) {
	var changes []transport.Change
	for _, to := range t.To {
		d := transport.Delivery{Seq: t.Seq, Notification: t.Notification.For(to, t.Availability)}
		key := deliveryRecord.Key(to, d.Notification.Name())
		waiting, older, err := record.Load[transport.Delivery](ctx, k.Store, key)
		if err != nil {
			return nil, err
		}
		if older != nil {
			d.Notification = notify.Coalesce(waiting.Notification, d.Notification)
		}
		data, err := transport.Encode(d)
		if err != nil {
			return nil, err
		}
		changes = append(changes, transport.Change{Key: key, Value: data})
	}
	return changes, nil
}

// acknowledge forgets a delivery unless a newer one has taken its place.
func (k *Server) acknowledge(ctx context.Context, by collection.UserID, r transport.Receipt) error {
	key := deliveryRecord.Key(by, collection.Name{Author: r.Author, ID: r.ID})
	d, data, err := record.Load[transport.Delivery](ctx, k.core.Store, key)
	if err != nil || data == nil || d.Seq != r.Seq {
		return err
	}
	err = k.core.Store.Apply(ctx, transport.Change{Key: key, Old: data})
	if errors.Is(err, transport.ErrConflict) {
		return nil // something newer came in between: it stays
	}
	return err
}
