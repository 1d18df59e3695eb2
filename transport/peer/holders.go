package peer

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
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
		own := at.User == p.user && p.isOwn(at)
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

// hearGossip takes what a reader of a collection tells that is new of it. For what the
// notification does not say, stations that may hold the collection are asked, the reader's own
// first, until one knows it: a few, whatever the reader claims.
func (h home) hearGossip(ctx context.Context, n notify.Notification) error {
	s, err := h.core.Load(ctx, n.Name())
	if err != nil {
		return err
	}
	all, err := h.holders(ctx, s, false)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b transport.Source) int {
		return compareBool(b.User == h.caller.User, a.User == h.caller.User)
	})
	err = h.Reader.takeGossip(ctx, n, library{sentAlready{err: transport.ErrUnreachable}, h.caller.User})
	if h.cfg.Hub != nil && err != nil && mayHelp(err) {
		err = h.Reader.takeGossip(ctx, n, library{Library: h.cfg.Hub})
	}
	for _, source := range all[:min(len(all), maxHomes)] {
		if err == nil || !mayHelp(err) {
			return err
		}
		var at transport.Home
		if at, err = h.core.Peers.Reach(ctx, source); err == nil {
			err = h.Reader.takeGossip(ctx, n, library{at, source.User})
		}
	}
	return err
}

// takeGossip is take from one who may not know what the notification tells. Then the error
// wraps transport.ErrNotFound.
func (p *Reader) takeGossip(ctx context.Context, n notify.Notification, from library) error {
	if heard, err := p.hasHeard(ctx, n); err != nil || heard {
		return err
	}
	if err := p.catchUp(ctx, n, from); err != nil {
		return err
	}
	s, err := p.core.Load(ctx, n.Name())
	if err != nil {
		return err
	}
	has := collection.Edition{Number: s.Collection.Header().Edition, Digest: s.Collection.EditionDigest()}
	if told := (collection.Edition{Number: n.Number, Digest: n.Edition}); has.Compare(told) < 0 || n.Reason == notify.Ended && !s.Collection.Ended() {
		return transport.At(transport.ErrNotFound, "what was told")
	}
	return p.keepNews(ctx, n)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
