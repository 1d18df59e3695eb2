package hub

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// maxCover bounds the thumbnail in a first notification, in bytes.
const maxCover = 64 << 10

// Notifications implements transport.Inbox.
func (s session) Notifications(ctx context.Context) (transport.Deliveries, error) {
	if err := s.door.Enter(); err != nil {
		return transport.Deliveries{}, err
	}
	defer s.door.Leave()
	timer := time.NewTimer(s.cfg.Wait)
	defer timer.Stop()
	for {
		news := s.bell.Wait(s.user) // before looking, so that nothing falls between
		waiting, err := s.waiting(ctx)
		if err != nil || len(waiting.Waiting) > 0 {
			return waiting, err
		}
		select {
		case <-news:
		case <-timer.C:
			return waiting, nil
		case <-s.closing:
			return waiting, nil
		case <-ctx.Done():
			return waiting, ctx.Err()
		}
	}
}

// waiting gives what waits for the user, with covers.
func (s session) waiting(ctx context.Context) (transport.Deliveries, error) {
	all, err := s.keeper.Waiting(ctx, s.user)
	if err != nil {
		return transport.Deliveries{}, err
	}
	for i := range all {
		n := &all[i].Notification
		if n.Reason != notify.Shared {
			continue
		}
		if n.Cover, err = s.cover(ctx, *n); err != nil {
			return transport.Deliveries{}, err
		}
	}
	return transport.Deliveries{Waiting: all}, nil
}

// cover gives the smallest version of the item that stands for a collection, or
// nothing where it is not here.
func (s session) cover(ctx context.Context, n notify.Notification) ([]byte, error) {
	state, err := s.keeper.Load(ctx, n.Name())
	if err != nil || state.Collection.Len() == 0 {
		return nil, err
	}
	b, err := s.openCover(ctx, state)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if b.Size() > maxCover {
		return nil, nil
	}
	return io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
}

func (s session) openCover(ctx context.Context, state engine.State) (transport.Blob, error) {
	i, ok := state.Collection.Index(state.Collection.Header().Hints.Cover)
	if !ok {
		i = 0
	}
	return s.keeper.Open(ctx, state.Collection, i, 0)
}

// Acknowledge implements transport.Inbox.
func (s session) Acknowledge(ctx context.Context, receipts transport.Receipts) error {
	if err := s.door.Enter(); err != nil {
		return err
	}
	defer s.door.Leave()
	for _, r := range receipts.Read {
		if err := s.keeper.Acknowledge(ctx, s.user, r); err != nil {
			return err
		}
	}
	return nil
}
