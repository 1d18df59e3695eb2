package hub

import (
	"context"
	"errors"
)

// Resume goes on with what was begun and is not done: recipients that are to be told,
// originals to be announced in other collections, addresses that have become users', what is
// left of users who were deleted. That
// is what has failed, at the store say, and what another process of the hub has left. What a
// process does is its own for 30 seconds, as long as it goes on with it. So the program
// calls Resume every few seconds, whether the hub is one process or many; it costs a look
// at what waits. Errors are those of the store.
func (h *Hub) Resume(ctx context.Context) error {
	return h.drain.Do(func() error { return h.resume(ctx) })
}

func (h *Hub) resume(ctx context.Context) error {
	return errors.Join(h.core.Resume(ctx, false), h.addresses.joinAll(ctx, 0), h.removeAllLeft(ctx))
}
