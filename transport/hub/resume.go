package hub

import (
	"context"
	"errors"
)

// Resume takes over what another process of the hub has begun and left: recipients that
// are to be told, originals to be announced in other collections, addresses that have become
// users'. What a process does is its own for 30 seconds, as long as it goes on with it. Each
// of several processes calls Resume every few seconds, and [Hub.Probe] and [Hub.Expire]
// every minute, say; one that is alone need not call it. It costs a look at what waits.
// Errors are those of the store.
func (h *Hub) Resume(ctx context.Context) error {
	return h.drain.Do(func() error {
		return errors.Join(h.core.Resume(ctx, false), h.addresses.joinAll(ctx, 0))
	})
}
