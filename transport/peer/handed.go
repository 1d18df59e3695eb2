package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
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
		return transport.At(transport.ErrForbidden, "not wanted")
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
