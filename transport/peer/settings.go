package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// SetSettings sets the address book and the settings that the user's devices
// take over. The error wraps transport.ErrMalformed if they are more than a
// message can hold.
func (p *Author) SetSettings(ctx context.Context, s transport.Settings) error {
	data, err := transport.Encode(s)
	if err == nil {
		_, err = transport.Decode[transport.Settings](data)
	}
	if err != nil {
		return err
	}
	return record.Put(ctx, p.cfg.Store, transport.Change{Key: settingsRecord.Key(), Value: data})
}

// Settings implements transport.SettingsSource, for the peer's own user.
func (h home) Settings(ctx context.Context) (transport.Settings, error) {
	if h.caller.User != h.user {
		return transport.Settings{}, transport.ErrForbidden
	}
	return station.Inside(&h.drain, func() (transport.Settings, error) {
		s, _, err := record.Load[transport.Settings](ctx, h.cfg.Store, settingsRecord.Key())
		return s, err
	})
}
