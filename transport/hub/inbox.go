package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/transport"
)

// Notifications implements transport.Inbox.
func (s session) Notifications(ctx context.Context) (transport.Deliveries, error) {
	if err := s.drain.Enter(); err != nil {
		return transport.Deliveries{}, err
	}
	defer s.drain.Leave()
	return s.broadcast.Poll(ctx, s.user, s.cfg.Wait, s.closing, func() ([]transport.Delivery, error) { return s.core.Waiting(ctx, s.user) })
}

// Acknowledge implements transport.Inbox.
func (s session) Acknowledge(ctx context.Context, receipts transport.Receipts) error {
	if err := s.drain.Enter(); err != nil {
		return err
	}
	defer s.drain.Leave()
	for _, r := range receipts.Read {
		if err := s.core.Acknowledge(ctx, s.user, r); err != nil {
			return err
		}
	}
	return nil
}
