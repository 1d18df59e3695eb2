package station

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// The outbox has one record per recipient and collection: what waits there is
// replaced by what is newer, and forgotten when exactly it was acknowledged.

func outboxKey(to collection.UserID, name collection.Name) string {
	return outboxOf(to) + name.String()
}

func outboxOf(to collection.UserID) string { return "o/" + to.String() + "/" }

// outbox returns the changes that put a notification into the outbox.
func (k *Core) outbox(ctx context.Context, t engine.Notify) ([]transport.Change, error) {
	var changes []transport.Change
	for _, to := range t.To {
		d := transport.Delivery{Seq: t.Seq, Notification: t.Notification.For(to, t.Availability)}
		key := outboxKey(to, d.Notification.Name())
		older, err := k.Store.Get(ctx, key)
		switch {
		case errors.Is(err, transport.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			waiting, err := transport.Decode[transport.Delivery](older)
			if err != nil {
				return nil, err
			}
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

// Acknowledge forgets a delivery unless a newer one has taken its place.
func (k *Core) Acknowledge(ctx context.Context, by collection.UserID, r transport.Receipt) error {
	key := outboxKey(by, collection.Name{Author: r.Author, ID: r.ID})
	data, err := k.Store.Get(ctx, key)
	if errors.Is(err, transport.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	d, err := transport.Decode[transport.Delivery](data)
	if err != nil || d.Seq != r.Seq {
		return err
	}
	err = k.Store.Apply(ctx, transport.Change{Key: key, Old: data})
	if errors.Is(err, transport.ErrConflict) {
		return nil // something newer came in between: it stays
	}
	return err
}
