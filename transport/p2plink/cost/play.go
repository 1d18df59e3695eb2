package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/label"
)

// manyRecipients are those for whom the README works out what the looks come to.
const manyRecipients = 1000

var errNotRefused = errors.New("a labelled original is not refused")

// hosts are those of the recipients.
func (s *story) hosts() (all []*node) {
	for _, r := range s.recipients {
		all = append(all, r.host)
	}
	return all
}

// costOf returns what something costs the hosts of the recipients, and idle ones meanwhile.
func (s *story) costOf(do func() error) (looked, idle costs, err error) {
	looked, idle = s.net.of(s.hosts()...), s.net.of(s.idle...)
	begun := time.Now()
	err = do()
	took := time.Since(begun)
	looked, idle = s.net.of(s.hosts()...).minus(looked), s.net.of(s.idle...).minus(idle)
	looked.took = took
	return looked, idle, err
}

// play measures the looks, the announcements and the fetches, one after the other.
func (s *story) play(ctx context.Context) (all measure.Results, err error) {
	labelled, idle, err := s.costOf(func() error { return s.each(func(r *station) error { return s.lookLabelled(ctx, r) }) })
	if err != nil {
		return nil, err
	}
	all = append(all,
		measure.AtMost("requests, labelled", float64(labelled.requests), float64(idle.requests)),
		measure.AtMost("bytes, labelled", float64(labelled.bytes), float64(idle.bytes)),
		measure.AtMost("connections, labelled", float64(labelled.connections), float64(idle.connections)),
	)
	by, err := s.vain(ctx)
	if err != nil {
		return nil, err
	}
	announced, err := s.announcements(ctx)
	if err != nil {
		return nil, err
	}
	after, err := s.available(ctx)
	return slices.Concat(all, by, announced, after), err
}

// lookLabelled has a recipient ask for every original in every way that could search for it.
func (s *story) lookLabelled(ctx context.Context, r *station) error {
	for _, ref := range s.refs() {
		_, searched := r.Reader.Search(ctx, ref)
		for _, err := range []error{searched, r.Reader.Fetch(ctx, ref)} {
			if !errors.Is(err, label.ErrRefused) {
				return fmt.Errorf("%w: %w", errNotRefused, err)
			}
		}
		if err := r.Reader.Wish(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// vain measures the looks that nothing forbids, at what nobody has announced.
func (s *story) vain(ctx context.Context) (measure.Results, error) {
	v, err := s.ann.Reader.View(ctx, s.name)
	if err != nil {
		return nil, err
	}
	whole, _, err := s.costOf(func() error {
		return s.each(func(r *station) error {
			for range s.items {
				if err := finds(ctx, r, v.Collection(), 0); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	each, _, err := s.costOf(func() error { return s.each(func(r *station) error { return s.lookByItem(ctx, r) }) })
	one := float64(each.requests) / float64(s.size.recipients*s.size.items)
	return measure.Results{
		measure.Shown("requests, by collection", float64(whole.requests), measure.Lower),
		measure.Shown("bytes, by collection", float64(whole.bytes), measure.Lower),
		measure.Shown("requests, by item", float64(each.requests), measure.Lower),
		measure.Shown("bytes, by item", float64(each.bytes), measure.Lower),
		measure.Shown("connections, by item", float64(each.connections), measure.Lower),
		measure.Shown("ms a look, by item", each.took.Seconds()*1000/float64(s.size.recipients*s.size.items), measure.Lower),
		measure.AtLeast("requests of one look", one, 1),
		measure.Shown(fmt.Sprintf("requests of %d recipients × %d items, by item", manyRecipients, manyItems), one*manyRecipients*manyItems, measure.Lower),
	}, err
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
