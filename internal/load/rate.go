package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
)

// photos is how many items a small collection has here.
const photos = 24

// thumbnailSize is how many bytes a thumbnail has.
const thumbnailSize = 4 << 10

// rates are how many shares and completions a station has answered a second.
type rates struct{ shares, completions []float64 }

// rate measures how many collections a hub takes a second, and how many it completes,
// against the baseline.
func (b *bench) rate(ctx context.Context) (results measure.Results, err error) {
	for _, clients := range b.clients {
		at, limit, err := b.contest(ctx, clients, 0)
		if err != nil {
			return results, err
		}
		shares, completions := median(at.shares), median(at.completions)
		results = append(results,
			measure.AtLeast(fmt.Sprintf("shares a second, %d clients, against the baseline", clients), shares/median(limit.shares), 0.5),
			measure.AtLeast(fmt.Sprintf("completions a second, %d clients, against the baseline", clients), completions/median(limit.completions), 0.35),
			measure.Shown(fmt.Sprintf("shares a second, %d clients", clients), shares, measure.Higher),
			measure.Shown(fmt.Sprintf("completions a second, %d clients", clients), completions, measure.Higher))
	}
	return results, nil
}

// thumbnails is rate of shares that bring a thumbnail of every item.
func (b *bench) thumbnails(ctx context.Context) (results measure.Results, err error) {
	for _, clients := range b.clients {
		at, limit, err := b.contest(ctx, clients, thumbnailSize)
		if err != nil {
			return results, err
		}
		shares := median(at.shares)
		results = append(results,
			measure.AtLeast(fmt.Sprintf("shares a second with %d thumbnails, %d clients, against the baseline", photos, clients), shares/median(limit.shares), 0.3),
			measure.Shown(fmt.Sprintf("shares a second with %d thumbnails, %d clients", photos, clients), shares, measure.Higher))
	}
	return results, nil
}

// contest has a hub and the baseline take turns at the same work.
func (b *bench) contest(ctx context.Context, clients, thumbnail int) (at, limit rates, err error) {
	s, err := b.site(ctx, clients+readers)
	if err != nil {
		return at, limit, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	log, err := b.log()
	if err != nil {
		return at, limit, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	base, served, err := newBaseline(s, log)
	if err != nil {
		return at, limit, err
	}
	defer served.Close()
	c := contestants{bench: b, site: s, base: base, toBase: newClient(served.url, clients), toHub: newClient(s.url, clients), clients: clients, thumbnail: thumbnail}
	for range b.rounds {
		if err := c.round(ctx, &at, &limit); err != nil {
			return at, limit, err
		}
	}
	return at, limit, nil
}

// readers is how many members of a site author nothing.
const readers = 64

// contestants are a hub and the baseline beside it.
type contestants struct {
	*bench
	site          *site
	base          *baseline
	toHub, toBase client
	clients       int
	thumbnail     int // bytes; 0 = none
}

// round makes new albums, and has both take and complete them. What the hub's steps
// cost is what the baseline's cost.
func (c contestants) round(ctx context.Context, at, limit *rates) error {
	albums, err := c.site.albums(ctx, c.ops, c.clients, photos, c.thumbnail)
	if err != nil {
		return err
	}
	for _, a := range albums {
		if err := a.prepare(a.offers(c.thumbnail), c.thumbnail); err != nil {
			return err
		}
	}
	share := func(to client) step {
		return func(ctx context.Context, a *album) (transport.Answer, error) {
			return a.shareWith(ctx, to.as(a.author), a.offers(c.thumbnail), c.thumbnail)
		}
	}
	complete := func(to client) step {
		return func(ctx context.Context, a *album) (transport.Answer, error) {
			return a.completeAt(ctx, to.as(a.author))
		}
	}
	if err := c.turn(ctx, albums, share, &at.shares, &limit.shares); err != nil || c.thumbnail > 0 {
		return err
	}
	return c.turn(ctx, albums, complete, &at.completions, &limit.completions)
}

// step is what is measured of one album.
type step func(context.Context, *album) (transport.Answer, error)

// baseRepeats is how many times the baseline does the same work, since it is quicker.
const baseRepeats = 4

// turn measures a step at the hub and then at the baseline.
func (c contestants) turn(ctx context.Context, albums []*album, of func(client) step, at, limit *[]float64) error {
	meter, answers := c.site.meter(), new(atomic.Int64)
	spent, err := c.site.timed(ctx, c.clients, len(albums), func(ctx context.Context, i int) error {
		answer, err := of(c.toHub)(ctx, albums[i])
		size := 0
		for _, part := range append(append(answer.Keys, answer.Updates...), answer.Collection) {
			size += len(part)
		}
		answers.Add(int64(size))
		return err
	})
	if err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	*at = append(*at, perSecond(len(albums), spent))
	cost := meter.cost(len(albums))
	cost.answer = int(answers.Load()) / len(albums)
	c.base.cost.Store(&cost)
	tidy()
	n := baseRepeats * len(albums)
	spent, err = drive(ctx, c.clients, n, func(ctx context.Context, i int) error {
		_, err := of(c.toBase)(ctx, albums[i%len(albums)])
		return err
	})
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	*limit = append(*limit, perSecond(n, spent))
	c.progress("%d clients: hub %.0f/s, baseline %.0f/s with %d seals, %d bytes written, %d answered",
		c.clients, (*at)[len(*at)-1], (*limit)[len(*limit)-1], cost.seals, cost.written, cost.answer)
	return nil
}

// timed is drive, to the end of all that the hub does after its answers, such as telling
// the recipients.
func (s *site) timed(ctx context.Context, clients, n int, work try) (time.Duration, error) {
	tidy()
	start := time.Now()
	spent, err := drive(ctx, clients, n, work)
	if err != nil {
		return spent, err
	}
	last, err := s.store.settle(ctx)
	return max(spent, last.Sub(start)), err
}
