package hub

import (
	"context"
	"crypto/rand"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Restored says that a hub's store is an older copy, such as a backup, before the hub is made
// with it: stations may have read of feeds what is not in it, and its numbers are given a
// second time. All feeds become other ones, which stations read from their beginnings; what
// they know already they do not show again. It can be repeated.
func Restored(ctx context.Context, in transport.Store) error {
	return station.RenewFeeds(ctx, in, rand.Reader)
}
