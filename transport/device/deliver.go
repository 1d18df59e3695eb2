package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// deliverAll delivers all that is in the store.
func (d *Device) deliverAll(ctx context.Context, reach func(collection.UserID) transport.Recipient) error {
	var failed []error
	for r, err := range d.cfg.Store.Scan(ctx, notificationRecord.Under()) {
		if err != nil {
			return err
		}
		failed = append(failed, d.deliverLatest(ctx, r.Key, reach))
	}
	return errors.Join(failed...)
}

// deliverLatest delivers what is there for a recipient, and what is newer if that
// comes meanwhile.
func (d *Device) deliverLatest(ctx context.Context, key string, reach func(collection.UserID) transport.Recipient) error {
	for {
		value, err := d.cfg.Store.Get(ctx, key)
		if errors.Is(err, transport.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		n, err := transport.Decode[notify.Notification](value)
		if err != nil {
			return transport.At(transport.ErrStorage, key)
		}
		if err = deliver(ctx, n, reach); err == nil {
			err = d.cfg.Store.Apply(ctx, transport.Change{Key: key, Old: value})
		}
		switch {
		case errors.Is(err, transport.ErrConflict):
		case err != nil:
			return fmt.Errorf("recipient %v: %w", n.To, err)
		default:
			return nil
		}
	}
}

func deliver(ctx context.Context, n notify.Notification, reach func(collection.UserID) transport.Recipient) error {
	station := reach(n.To)
	if station == nil {
		return transport.ErrUnreachable
	}
	return station.Deliver(ctx, n)
}
