package hub

import (
	"context"
	"time"
)

// Expire removes the partial versions that came before a time from the cache.
// Labels do not come back by it: what is complete stays complete, and a new
// share is asked only for the versions that have expired. The program calls it
// now and then. Requests wait while the versions of one author are removed.
// Errors are those of the store; after one, Expire can be called again.
func (h *Hub) Expire(ctx context.Context, before time.Time) error {
	if err := h.drain.Enter(); err != nil {
		return err
	}
	defer h.drain.Leave()
	return h.core.Expire(ctx, before)
}
