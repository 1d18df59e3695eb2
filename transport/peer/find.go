package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// find has stations found that serve a collection, unless what has been heard meanwhile forbids
// to search for the item, and takes what each of them knows that is new. They are no homes:
// nobody asks them for news from now on.
func (p *Reader) find(ctx context.Context, v *View, i int) (*View, error) {
	c := v.Collection()
	if err := v.Check(i, len(c.Ladder())-1, label.Search); err != nil {
		return nil, err
	}
	sources, err := p.cfg.Find(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		at, err := p.core.Dial.Reach(source) // whose key it is, its answer may say
		if err == nil {
			err = p.refreshFrom(ctx, c.Name(), library{serving{at, source}, source.User})
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			p.cfg.Log.Info("who was found does not help", "address", source.URL, "collection", c.Name(), "error", err)
		}
	}
	return p.View(ctx, c.Name())
}

// serving is a station that was found, which is a source of the collection as well.
type serving struct {
	transport.Library
	source transport.Source
}

// Collection implements transport.Library.
func (s serving) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return s.with(s.Library.Collection(ctx, name))
}

// Updates implements transport.Library.
func (s serving) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return s.with(s.Library.Updates(ctx, name))
}

func (s serving) with(state transport.State, err error) (transport.State, error) {
	named := false
	for _, at := range state.Sources {
		named = named || at.User == s.source.User && at.URL == s.source.URL
	}
	if err == nil && !named {
		state.Sources = append(state.Sources[:len(state.Sources):len(state.Sources)], s.source)
	}
	return state, err
}
