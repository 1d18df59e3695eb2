package hub

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Verify implements collection.Verifier with the keys that the hub knows, as they stand now:
// with it, and Learn, a hub is an httplink.Keys, and lets stations in by the seals of their own
// keys. The zero user is the authority.
func (h *Hub) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	by, err := station.Inside(&h.drain, func() (station.Sealer, error) {
		return h.core.Keys.Verify(ctx, record.Reading(h.cfg.Store), typ, statement, seal, issued)
	})
	if err != nil {
		return user, key, err
	}
	return by.User, by.Key, nil
}

// Learn takes nothing from what callers show: whose a key is, a hub knows from its Directory
// and from [Accounts.AddKey] and [Accounts.SetRoster] alone.
func (h *Hub) Learn(context.Context, [][]byte) error { return nil }
