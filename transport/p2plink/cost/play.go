package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
)

// hosts are those of the recipients.
func (s *story) hosts() (all []*node) {
	for _, r := range s.recipients {
		all = append(all, r.host)
	}
	return all
}

// costOf returns what something costs the hosts of the recipients, idle ones meanwhile, and all
// of the network: what all send is what it takes, since nobody else does anything.
func (s *story) costOf(do func() error) (looked, idle, all costs, err error) {
	count := func() [3]costs { return [3]costs{s.net.of(s.hosts()...), s.net.of(s.idle...), s.net.of(s.net.all...)} }
	before, begun := count(), time.Now()
	err = do()
	took := time.Since(begun)
	after := count()
	looked, idle, all = after[0].minus(before[0]), after[1].minus(before[1]), after[2].minus(before[2])
	all.took = took
	return looked, idle, all, err
}

// play measures the looks, the announcements and the fetches, one after the other.
func (s *story) play(ctx context.Context) (all measure.Results, err error) {
	for _, part := range []func(context.Context) (measure.Results, error){s.labelled, s.vain, s.announcements, s.found, s.available} {
		results, err := part(ctx)
		if all = append(all, results...); err != nil {
			return all, err
		}
	}
	return append(all, s.beyond()...), nil
}

// alone closes all connections of the recipients but those to Ann, as hosts do in a larger
// network, which know more others than they are connected to.
func (s *story) alone(ctx context.Context) error {
	return errors.Join(s.forget(), s.net.settled(ctx))
}

func (s *story) forget() error {
	return s.each(func(r *station) error { return r.host.seen.forget(s.ann.host.id) })
}

// look is one way to look for originals, and what it has cost.
type look struct {
	costs
	what string
	each int // looks of a recipient
}

// looks measures one way to look, by all recipients at once.
func (s *story) looks(ctx context.Context, what string, each int, do func(*station) error) (look, error) {
	if err := s.alone(ctx); err != nil {
		return look{}, err
	}
	_, _, cost, err := s.costOf(func() error { return s.atOnce(do) })
	return look{cost, what, each}, err
}

// shown are the results of a look.
func (l look) shown() measure.Results {
	return measure.Results{
		measure.Shown("requests, "+l.what, float64(l.requests), measure.Lower),
		measure.Shown("bytes, "+l.what, float64(l.sent), measure.Lower),
		measure.Shown("connections, "+l.what, float64(l.connections), measure.Lower),
		measure.Shown("ms a look, "+l.what, l.took.Seconds()*1000/float64(l.each), measure.Lower),
	}
}

// vain measures the looks that nothing forbids, at what nobody has announced.
func (s *story) vain(ctx context.Context) (measure.Results, error) {
	v, err := s.ann.Reader.View(ctx, s.name)
	if err != nil {
		return nil, err
	}
	s.whole, err = s.looks(ctx, "by collection", s.size.items, func(r *station) error {
		for range s.items {
			if err := finds(ctx, r, v.Collection(), 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.single, err = s.looks(ctx, "by item", s.size.items, func(r *station) error { return s.lookByItem(ctx, r) })
	all := float64(s.size.recipients * s.size.items)
	s.perLook, s.bytesPerLook = float64(s.single.requests)/all, float64(s.single.sent)/all
	return append(append(s.whole.shown(), s.single.shown()...), measure.AtLeast("requests of one look", s.perLook, 1),
		measure.Shown("bytes of one look", s.bytesPerLook, measure.Lower)), err
}

// found measures one look at a collection that Ann has announced, whom it finds.
func (s *story) found(ctx context.Context) (measure.Results, error) {
	v, err := s.ann.Reader.View(ctx, s.name)
	if err == nil {
		err = s.ann.host.Announce(ctx, s.ann.Source(), v.Collection())
	}
	if err != nil {
		return nil, err
	}
	l, err := s.looks(ctx, "by collection, announced", 1, func(r *station) error { return finds(ctx, r, v.Collection(), 1) })
	return l.shown(), err
}

var errFound = errors.New("other stations were found than there are")

// finds searches for a collection that so many stations announce.
func finds(ctx context.Context, r *station, c collection.Collection, want int) error {
	found, err := r.host.Find(ctx, c)
	if err == nil && len(found) != want {
		err = fmt.Errorf("%w: %d, not %d", errFound, len(found), want)
	}
	return err
}

// lookByItem searches for every item as if each had a record of its own.
func (s *story) lookByItem(ctx context.Context, r *station) error {
	for _, item := range s.items {
		one, err := alone(item)
		if err == nil {
			err = finds(ctx, r, one, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// alone is a collection of one item.
func alone(item collection.Item) (collection.Collection, error) {
	return of(collection.ID(item.ID), item)
}

// of is a collection of Ann's.
func of(id collection.ID, items ...collection.Item) (collection.Collection, error) {
	return collection.New(collection.Header{ID: id, Author: userOf(0)}, collection.Body{Items: items})
}
