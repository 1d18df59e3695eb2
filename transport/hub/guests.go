package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// guests is the hub as it is for those who have nothing but a token.
type guests struct{ *Hub }

var _ transport.Guests = guests{}

// Guests is the hub as it is for those who are no members and have a token from
// a letter.
func (h *Hub) Guests() transport.Guests { return guests{h} }

// Glimpse implements transport.Guests.
func (g guests) Glimpse(ctx context.Context, token string) (transport.Glimpse, error) {
	return inside(g.Hub, func() (transport.Glimpse, error) { return g.glimpse(ctx, token) })
}

func (g guests) glimpse(ctx context.Context, token string) (transport.Glimpse, error) {
	s, err := g.let(ctx, token)
	if err != nil {
		return transport.Glimpse{}, err
	}
	c := s.Collection
	cover, err := g.keeper.Cover(ctx, c.Name())
	return transport.Glimpse{
		Title: c.Title(), Items: c.Len(), Labelled: c.Labelled(), Cover: cover, Versions: min(g.cfg.GuestVersions, len(c.Ladder())-1),
	}, err
}

// GuestVersion implements transport.Guests.
func (g guests) GuestVersion(ctx context.Context, token string, item, version int, offset int64) (*transport.Stream, error) {
	return g.stream(func() (*transport.Stream, error) { return g.version(ctx, token, item, version, offset) })
}

func (g guests) version(ctx context.Context, token string, item, version int, offset int64) (*transport.Stream, error) {
	s, err := g.let(ctx, token)
	if err != nil {
		return nil, err
	}
	if version >= g.cfg.GuestVersions || item < 0 || item >= s.Collection.Len() {
		return nil, transport.ErrNotFound
	}
	id, _ := s.Collection.At(item)
	ref := transport.Ref{Collection: s.Collection.Name(), Item: id, Version: version}
	return g.keeper.Partial(ctx, s.Collection.Author(), ref, offset)
}

// let lets in who has a good token, as far as the collection that it is for.
func (g guests) let(ctx context.Context, token string) (engine.State, error) {
	who, err := g.guest(ctx, token)
	if err != nil {
		return engine.State{}, err
	}
	return g.keeper.Load(ctx, who.name())
}
