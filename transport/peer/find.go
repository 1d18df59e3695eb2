package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// find has stations found that serve a collection, unless what has been heard meanwhile forbids
// to search for the item, and takes what each of them knows that is new. They are no homes:
// nobody asks them for news from now on. Where no authority validates, others that may hold the
// collection are asked behind them, until the item has another source.
func (p *Reader) find(ctx context.Context, v *View, i int) (*View, error) {
	c, known := v.Collection(), p.sources(v, i)
	if err := v.Check(i, len(c.Ladder())-1, label.Search); err != nil {
		return nil, err
	}
	found, more, err := p.findable(ctx, v)
	if err != nil {
		return nil, err
	}
	for n, source := range append(found, more...) {
		if err := p.hearHolder(ctx, c, source); err != nil {
			return nil, err
		}
		if v, err = p.View(ctx, c.Name()); err != nil || n >= len(found) && len(others(p.sources(v, i), known)) > 0 {
			return v, err
		}
	}
	return v, nil
}

// findable are the stations that are found to serve a collection, and others that may.
func (p *Reader) findable(ctx context.Context, v *View) (found, more []transport.Source, err error) {
	if p.cfg.Find != nil {
		if found, err = p.cfg.Find(ctx, v.Collection()); err != nil {
			return nil, nil, err
		}
		found = others(found, []transport.Source{p.source()})
	}
	if v.Collection().Authority().IsZero() {
		more, err = p.holders(ctx, v.state, false)
	}
	return found, others(more, found), err
}

// hearHolder takes what a station knows that is new of a collection. The error is that of ctx:
// that it does not help is none.
func (p *Reader) hearHolder(ctx context.Context, c collection.Collection, source transport.Source) error {
	at, err := p.core.Dial.Reach(source) // whose key it is, its answer may say
	if err == nil {
		from := library{at, source.User}
		if !c.Authority().IsZero() { // else it says itself what it serves
			from.Library = serving{at, source}
		}
		err = p.refreshFrom(ctx, c.Name(), from)
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
