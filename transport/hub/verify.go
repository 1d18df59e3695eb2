package hub

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Keys are the keys that a hub knows, as they stand at each call: they are an httplink.Keys, by
// which a hub lets stations in by the seals of their own keys. It is safe for concurrent use.
type Keys struct{ hub *Hub }

// Keys returns the keys that the hub knows.
func (h *Hub) Keys() Keys { return Keys{h} }

// Verify implements collection.Verifier. The zero user is the authority.
func (k Keys) Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error) {
	by, err := station.Inside(&k.hub.drain, func() (station.Sealer, error) {
		return k.hub.core.Keys.Verify(ctx, record.Reading(k.hub.cfg.Store), typ, statement, seal, issued)
	})
	if err != nil {
		return user, key, err
	}
	return by.User, by.Key, nil
}

// Learn takes nothing from what callers show: whose a key is, a hub knows from its Directory
// and from [Accounts.AddKey] and [Accounts.SetRoster] alone.
func (Keys) Learn(context.Context, [][]byte) error { return nil }
