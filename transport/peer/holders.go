package peer

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// maxHolders is how many stations are told, or asked, what is new of one collection.
const maxHolders = 16

// holders are stations that may hold a collection which names no authority, of users who may
// read it: those that serve it, that have told of it, that the user hears from anyway, and, with
// search, those that are found, if the gate lets anything be searched for.
func (p *base) holders(ctx context.Context, s engine.State, search bool) ([]transport.Source, error) {
	all, err := p.homesOf(ctx, s.Collection.Name())
	if err != nil {
		return nil, err
	}
	all = slices.Concat(s.Sources, all, p.cfg.Homes)
	if search {
		found, err := p.foundHolders(ctx, s.Collection)
		if err != nil {
			return nil, err
		}
		all = append(found, all...)
	}
	var holders []transport.Source
	for _, at := range all {
		own := at.User == p.user && at.URL == p.cfg.URL
		if !own && s.Collection.MayRead(at.User) && len(others([]transport.Source{at}, holders)) > 0 && len(holders) < maxHolders {
			holders = append(holders, at)
		}
	}
	return holders, nil
}

// foundHolders are those that are found, if the gate lets the complete version of any item be
// searched for.
func (p *base) foundHolders(ctx context.Context, c collection.Collection) ([]transport.Source, error) {
	if p.cfg.Find == nil {
		return nil, nil
	}
	v, err := p.view(ctx, c.Name())
	if err != nil {
		return nil, err
	}
	last := len(c.Ladder()) - 1
	for i := range c.Len() {
		if _, rank := c.At(i); !rank.Labelled() && v.Check(i, last, label.Search) == nil {
			return p.cfg.Find(ctx, c)
		}
	}
	return nil, nil
}

// askHolders asks the stations that may hold a collection, those of the one who has just told
// of it first, until one answers.
func (p *base) askHolders(ctx context.Context, name collection.Name, teller collection.UserID, what func(library) error) error {
	s, err := p.core.Load(ctx, name)
	if err != nil {
		return err
	}
	all, err := p.holders(ctx, s, false)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b transport.Source) int {
		switch {
		case a.User == b.User || a.User != teller && b.User != teller:
			return 0
		case a.User == teller:
			return -1
		}
		return 1
	})
	err = transport.At(transport.ErrUnreachable, "holders")
	for _, source := range all {
		var at transport.Home
		if at, err = p.core.Peers.Reach(ctx, source); err == nil {
			err = what(library{at, source.User})
		}
		if err == nil || !mayHelp(err) {
			return err
		}
	}
	return err
}
