package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/transport"
)

const settingsKey = "settings"

var _ transport.SettingsSource = link{}

// Settings returns what the user's devices take over at the local link; the zero
// Settings if none were set.
func (p *Peer) Settings(ctx context.Context) (transport.Settings, error) {
	data, err := p.cfg.Store.Get(ctx, settingsKey)
	if errors.Is(err, transport.ErrNotFound) {
		return transport.Settings{}, nil
	}
	if err != nil {
		return transport.Settings{}, err
	}
	return transport.Decode[transport.Settings](data)
}

// SetSettings sets the address book and the settings that the user's devices
// take over. The error wraps transport.ErrMalformed if they are more than a
// message can hold.
func (p *Peer) SetSettings(ctx context.Context, s transport.Settings) error {
	data, err := transport.Encode(s)
	if err == nil {
		_, err = transport.Decode[transport.Settings](data)
	}
	if err != nil {
		return err
	}
	return p.cfg.Store.Apply(ctx, transport.Change{Key: settingsKey, Value: data})
}

// Settings implements transport.SettingsSource, for the peer's own user.
func (l link) Settings(ctx context.Context) (transport.Settings, error) {
	if l.user != l.Peer.user {
		return transport.Settings{}, transport.ErrForbidden
	}
	leave, err := l.enter()
	if err != nil {
		return transport.Settings{}, err
	}
	defer leave()
	return l.Peer.Settings(ctx)
}
