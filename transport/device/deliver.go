package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// deliverAll delivers all that is in the store.
func (d *Device) deliverAll(ctx context.Context, reach func(collection.UserID) transport.Recipient) error {
	var failed []error
	for r, err := range record.Walk(ctx, d.cfg.Store, notificationRecord.Under(), "", 0) {
		if err == nil {
			err = d.deliverLatest(ctx, r.Key, reach)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// deliverLatest delivers what is there for a recipient, and what is newer if that
// comes meanwhile.
func (d *Device) deliverLatest(ctx context.Context, key string, reach func(collection.UserID) transport.Recipient) error {
	for {
		waiting, err := record.Need(ctx, d.cfg.Store, key)
		if errors.Is(err, transport.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		n, err := record.Value[notify.Notification](waiting)
		if err != nil {
			return err
		}
		if err = deliver(ctx, n, reach); err == nil {
			err = record.Replace(ctx, d.cfg.Store, waiting, nil)
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
