package mail

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Glimpse implements transport.LinkAccess: it shows what a token from a letter
// opens.
func (m *Mailer) Glimpse(ctx context.Context, token string) (transport.Glimpse, error) {
	return station.Inside(&m.drain, func() (transport.Glimpse, error) {
		c, err := m.opened(ctx, token)
		if err != nil {
			return transport.Glimpse{}, err
		}
		cover, err := m.hub.Cover(ctx, c.Name())
		if errors.Is(err, transport.ErrPending) {
			err = nil
		}
		return transport.Glimpse{
			Title: c.Title(), Items: c.Len(), Labelled: c.Labelled(), Cover: cover, Versions: min(m.cfg.GuestVersions, len(c.Ladder())-1),
		}, err
	})
}

// GuestVersion implements transport.LinkAccess.
func (m *Mailer) GuestVersion(ctx context.Context, token string, item, version int, offset int64) (*transport.Stream, error) {
	return m.drain.Stream(func() (*transport.Stream, error) {
		c, err := m.opened(ctx, token)
		if err != nil {
			return nil, err
		}
		if version >= m.cfg.GuestVersions || item < 0 || item >= c.Len() {
			return nil, transport.ErrNotFound
		}
		id, _ := c.At(item)
		return m.hub.Version(ctx, transport.Ref{Collection: c.Name(), Item: id, Version: version}, offset)
	})
}

// opened returns the collection that a token opens.
func (m *Mailer) opened(ctx context.Context, token string) (collection.Collection, error) {
	who, err := m.guest(ctx, token)
	if err != nil {
		return collection.Collection{}, err
	}
	c, _, err := m.hub.Collection(ctx, who.Name, who.To)
	if err == nil && c.Ended() {
		return collection.Collection{}, transport.ErrEnded
	}
	return c, err
}
