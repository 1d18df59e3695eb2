package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// agree asks the peer's user about a share of another user, who is one of its
// parties as the peer's user is, and leaves in it the versions that the user
// takes. What the network knows of the collection comes first: only if it knows
// nothing is the collection built from what is handed over.
func (h home) agree(ctx context.Context, c collection.Collection, share *transport.Share) error {
	if !c.MayRead(h.user) {
		return transport.At(transport.ErrForbidden, "not for this user")
	}
	n := h.cfg.Accept(ctx, h.caller.User, c)
	if n <= 0 {
		err := transport.At(transport.ErrForbidden, "not wanted")
		h.tell(h.about(event.Refused, c.Name(), err))
		return err
	}
	share.Offers = share.Offers[:min(n, len(share.Offers))]
	if _, err := h.core.Load(ctx, c.Name()); !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	err := h.refresh(ctx, c.Name())
	if errors.Is(err, transport.ErrStorage) || ctx.Err() != nil {
		return err
	}
	if err != nil {
		h.cfg.Log.Info("the network does not know it", "collection", c.Name(), "error", err)
	}
	return nil
}

// about is an event of the caller's.
func (h home) about(k event.Kind, name collection.Name, err error) event.Event {
	e := event.Of(k, name)
	e.User, e.Key, e.Err = h.caller.User, h.caller.Key, err
	return e
}

// handedOver tells that nothing more of a collection is awaited, and has it published if
// the Config says so: before the sender hears that it has ended, so that it comes again if
// this process ends first.
func (h home) handedOver(ctx context.Context, name collection.Name) error {
	if h.cfg.Publishes && h.caller.User == h.user {
		if err := h.Author.publishSoon(ctx, name); err != nil {
			return err
		}
	}
	h.tell(h.about(event.HandedOver, name, nil))
	return nil
}

// publishSoon has Run publish a collection now, or at the time that its user has set. The
// record is written anew where it is there: what is being published may lack what has just
// come.
func (p *Author) publishSoon(ctx context.Context, name collection.Name) error {
	key, now := dueRecord.Key(name), p.cfg.Now()
	_, err := record.Update(ctx, p.cfg.Store, func(tx *record.Tx) error {
		r, err := record.Get(ctx, tx, key)
		if err != nil {
			return err
		}
		if _, at, err := parseDue(r); err == nil && at.After(now) {
			return nil
		}
		tx.Set(key, dueAt(now))
		return nil
	})
	wake(p.scheduled)
	return err
}
