package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
)

// wide measures how long the answer takes where a step concerns many: a share with many
// recipients against one with two, and an announcement of an item that is in many
// collections of its author against one that is in one.
func (b *bench) wide(ctx context.Context) (measure.Results, error) {
	people, collections := b.items, b.items/10
	recipients, err := b.versus(ctx, b.sharesWith(people), b.sharesWith(2))
	if err != nil {
		return nil, fmt.Errorf("recipients: %w", err)
	}
	announced, err := b.versus(ctx, b.announcesIn(collections), b.announcesIn(1))
	if err != nil {
		return nil, fmt.Errorf("collections: %w", err)
	}
	return measure.Results{
		measure.AtMost(fmt.Sprintf("answer to a share with %d recipients, against 2", people), recipients, 2),
		measure.AtMost(fmt.Sprintf("answer to an announcement of an item in %d collections, against 1", collections), announced, 2),
	}, nil
}

// prepare makes what is needed to make a request of a site several times.
type prepare func(ctx context.Context, s *site) (try, error)

// versus has two requests take turns, each at a site of its own, and returns the ratio of
// the times until they are answered. What is done after an answer is over before the next
// one begins.
func (b *bench) versus(ctx context.Context, many, few prepare) (ratio float64, err error) {
	var sites [2]*site
	var tries [2]try
	var times [2][]float64
	for k, p := range []prepare{many, few} {
		if sites[k], err = b.site(ctx, readers); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, sites[k].Close()) }()
		if tries[k], err = p(ctx, sites[k]); err != nil {
			return 0, err
		}
	}
	for i := range b.rounds + 1 {
		for k, s := range sites {
			seconds, err := took(func() error { return tries[k](ctx, i) })
			if err != nil {
				return 0, err
			}
			if _, err := s.store.settle(ctx); err != nil {
				return 0, err
			}
			times[k] = append(times[k], seconds)
		}
	}
	long, short := median(times[0][1:]), median(times[1][1:])
	b.progress("many %.2f ms, few %.2f ms", 1e3*long, 1e3*short)
	return long / short, nil
}

// sharesWith shares small collections with n recipients each.
func (b *bench) sharesWith(n int) prepare {
	return func(ctx context.Context, s *site) (try, error) {
		to := strangers(n)
		albums := make([]*album, b.rounds+1)
		for i := range albums {
			var err error
			albums[i], err = newAlbum(ctx, s.id(), s.members[i%authors], plan{items: newItems(photos)}, to...)
			if err != nil {
				return nil, err
			}
		}
		return func(ctx context.Context, i int) error {
			_, err := albums[i].shareWith(ctx, s.hub.As(albums[i].author.user), nil, 0)
			return err
		}, nil
	}
}

// announcesIn shares the same items in n collections and announces one after the other.
func (b *bench) announcesIn(n int) prepare {
	return func(ctx context.Context, s *site) (try, error) {
		a, err := s.repeat(ctx, newItems(b.rounds+1), n)
		return func(ctx context.Context, i int) error {
			_, err := s.hub.As(a.author.user).Announce(ctx, a.announcement(i))
			return err
		}, err
	}
}

// repeat has a member share items in n collections, and returns the last of them.
func (s *site) repeat(ctx context.Context, items []collection.ItemID, n int) (a *album, err error) {
	author, readers := s.members[0], s.members[authors:]
	for i := range n {
		a, err = newAlbum(ctx, s.id(), author, plan{items: items}, readers[i%len(readers)].user, readers[(i+1)%len(readers)].user)
		if err != nil {
			return nil, err
		}
		if _, err = a.shareWith(ctx, s.hub.As(author.user), nil, 0); err != nil {
			return nil, err
		}
	}
	_, err = s.store.settle(ctx)
	return a, err
}
