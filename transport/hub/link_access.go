package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// linkAccess is the hub as it is for those who have nothing but a token.
type linkAccess struct{ *Hub }

var _ transport.LinkAccess = linkAccess{}

// LinkAccess is the hub as it is for those who are no members and have a token from
// a letter.
func (h *Hub) LinkAccess() transport.LinkAccess { return linkAccess{h} }

// Glimpse implements transport.LinkAccess.
func (g linkAccess) Glimpse(ctx context.Context, token string) (transport.Glimpse, error) {
	return inside(g.Hub, func() (transport.Glimpse, error) { return g.glimpse(ctx, token) })
}

func (g linkAccess) glimpse(ctx context.Context, token string) (transport.Glimpse, error) {
	s, err := g.let(ctx, token)
	if err != nil {
		return transport.Glimpse{}, err
	}
	c := s.Collection
	cover, err := g.core.Cover(ctx, c.Name())
	return transport.Glimpse{
		Title: c.Title(), Items: c.Len(), Labelled: c.Labelled(), Cover: cover, Versions: min(g.cfg.GuestVersions, len(c.Ladder())-1),
	}, err
}

// GuestVersion implements transport.LinkAccess.
func (g linkAccess) GuestVersion(ctx context.Context, token string, item, version int, offset int64) (*transport.Stream, error) {
	return g.stream(func() (*transport.Stream, error) { return g.version(ctx, token, item, version, offset) })
}

func (g linkAccess) version(ctx context.Context, token string, item, version int, offset int64) (*transport.Stream, error) {
	s, err := g.let(ctx, token)
	if err != nil {
		return nil, err
	}
	if version >= g.cfg.GuestVersions || item < 0 || item >= s.Collection.Len() {
		return nil, transport.ErrNotFound
	}
	id, _ := s.Collection.At(item)
	ref := transport.Ref{Collection: s.Collection.Name(), Item: id, Version: version}
	return g.core.Partial(ctx, s.Collection.Author(), ref, offset)
}

// let lets in who has a good token, as far as the collection that it is for.
func (g linkAccess) let(ctx context.Context, token string) (engine.State, error) {
	who, err := g.guest(ctx, token)
	if err != nil {
		return engine.State{}, err
	}
	return g.core.Load(ctx, who.name())
}
