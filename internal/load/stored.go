package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// stored measures how much what others have stored slows a hub down: shares and
// completions a second on a full store against those on an empty one.
func (b *bench) stored(ctx context.Context) (results measure.Results, err error) {
	records := b.records
	empty, err := b.site(ctx, readers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, empty.Close()) }()
	others := new(crowd)
	full, err := b.crowdedSite(ctx, ordinary, others, func(c *crowd) bool { return c.records >= records })
	if err != nil {
		return nil, err
	}
	b.progress("%d records of %d users and %d collections are stored", others.records, others.users, others.albums)
	defer func() { err = errors.Join(err, full.Close()) }()
	var at, limit rates
	for range b.rounds {
		if err := cmp.Or(b.alone(ctx, full, &at), b.alone(ctx, empty, &limit)); err != nil {
			return nil, err
		}
	}
	return measure.Results{
		measure.AtLeast(fmt.Sprintf("shares a second with %d records stored, against none", records), median(at.shares)/median(limit.shares), 0.75),
		measure.AtLeast(fmt.Sprintf("completions a second with %d records stored, against none", records), median(at.completions)/median(limit.completions), 0.75),
	}, nil
}

// alone has one hub take and complete new albums.
func (b *bench) alone(ctx context.Context, s *site, r *rates) error {
	clients := min(b.clients[0], authors)
	albums, err := s.albums(ctx, b.ops, clients, photos, 0)
	if err != nil {
		return err
	}
	to := newClient(s.url, clients)
	sharing, err := s.timed(ctx, clients, len(albums), func(ctx context.Context, i int) error {
		_, err := albums[i].shareWith(ctx, to.as(albums[i].author), nil, 0)
		return err
	})
	if err != nil {
		return err
	}
	completing, err := s.timed(ctx, clients, len(albums), func(ctx context.Context, i int) error {
		_, err := albums[i].completeAt(ctx, to.as(albums[i].author))
		return err
	})
	r.shares = append(r.shares, perSecond(len(albums), sharing))
	r.completions = append(r.completions, perSecond(len(albums), completing))
	b.progress("%.0f shares/s, %.0f completions/s", perSecond(len(albums), sharing), perSecond(len(albums), completing))
	return err
}
