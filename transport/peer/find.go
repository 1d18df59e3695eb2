package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// find has stations found that serve a collection, unless what has been heard meanwhile forbids
// to search for the item, and takes what each of them knows that is new. They are no homes:
// nobody asks them for news from now on. Where no authority validates, those that may hold the
// collection are asked then, until the item has another source.
func (p *Reader) find(ctx context.Context, v *View, i int) (*View, error) {
	c := v.Collection()
	if err := v.Check(i, len(c.Ladder())-1, label.Search); err != nil {
		return nil, err
	}
	var found []transport.Source
	if p.cfg.Find != nil {
		var err error
		if found, err = p.cfg.Find(ctx, c); err != nil {
			return nil, err
		}
	}
	for _, source := range found {
		if err := p.hearHolder(ctx, c, source, func(at transport.Home) transport.Library { return serving{at, source} }); err != nil {
			return nil, err
		}
	}
	v, err := p.View(ctx, c.Name())
	if err != nil || !c.Authority().IsZero() {
		return v, err
	}
	return p.findHolder(ctx, v, i, found)
}

// findHolder asks those that may hold a collection, but for some who were asked, until an item
// has another source.
func (p *Reader) findHolder(ctx context.Context, v *View, i int, asked []transport.Source) (*View, error) {
	c, known := v.Collection(), p.sources(v, i)
	holders, err := p.holders(ctx, v.state, false)
	if err != nil {
		return nil, err
	}
	for _, source := range others(holders, asked) {
		if err := p.hearHolder(ctx, c, source, func(at transport.Home) transport.Library { return at }); err != nil {
			return nil, err
		}
		if v, err = p.View(ctx, c.Name()); err != nil || len(others(p.sources(v, i), known)) > 0 {
			return v, err
		}
	}
	return v, nil
}

// hearHolder takes what a station knows that is new of a collection. The error is that of ctx:
// that it does not help is none.
func (p *Reader) hearHolder(ctx context.Context, c collection.Collection, source transport.Source, as func(transport.Home) transport.Library) error {
	at, err := p.core.Dial.Reach(source) // whose key it is, its answer may say
	if err == nil {
		err = p.refreshFrom(ctx, c.Name(), library{as(at), source.User})
	}
	if err != nil && ctx.Err() == nil {
		p.cfg.Log.Info("who was asked does not help", "address", source.URL, "collection", c.Name(), "error", err)
	}
	return ctx.Err()
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
