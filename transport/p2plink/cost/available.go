package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// announcing is how many collections of one item are announced: how far the table is searched
// for the place of one is chance.
const announcing = 20

// manyItems is how many items each of the many collections has that are announced.
const manyItems = 200

// announcements measures that an announcement costs the same whatever number of items it is for,
// and what it comes to for many collections that are announced again and again.
func (s *story) announcements(ctx context.Context) (measure.Results, error) {
	small, err := s.announces(ctx, announcing, s.items[:1])
	if err != nil {
		return nil, err
	}
	large, err := s.announces(ctx, s.size.announced, items(manyItems))
	if err != nil {
		return nil, err
	}
	again, err := s.renews(ctx)
	one, all, hours := float64(small.requests)/announcing, float64(s.size.announced), p2plink.Again.Hours()
	return measure.Results{
		measure.Shown("requests to announce a collection", one, measure.Lower),
		measure.Shown("of them, records left", float64(small.puts)/announcing, measure.Lower),
		measure.AtMost("records left for 200 items, beside one", float64(large.puts)/all/(float64(small.puts)/announcing), 1.2),
		measure.AtMost(fmt.Sprintf("requests an hour of %d announced collections of %d items", s.size.announced, manyItems),
			float64(again.requests)/hours, 1.2*all*one/hours),
	}, err
}

// items are so many items.
func items(n int) (all []collection.Item) {
	for i := range n {
		all = append(all, collection.Item{ID: collection.ItemID{byte(i), byte(i >> 8), 3}})
	}
	return all
}

var errRenewed = errors.New("other announcements were renewed than there are")

// renews has Ann's host announce again what is due after the interval.
func (s *story) renews(ctx context.Context) (costs, error) {
	before := s.net.of(s.ann.host)
	s.net.passed.Store(int64(p2plink.Again))
	if n := s.ann.host.Renew(ctx); n != announcing+s.size.announced {
		return costs{}, fmt.Errorf("%w: %d", errRenewed, n)
	}
	again := s.settled(ctx, s.ann.host).minus(before)
	again.requests = again.requests * s.size.announced / (announcing + s.size.announced)
	return again, ctx.Err()
}

// announces has Ann announce collections of these items, and returns what that costs.
func (s *story) announces(ctx context.Context, n int, items []collection.Item) (costs, error) {
	before := s.net.of(s.ann.host)
	for i := range n {
		c, err := of(collection.ID{byte(i), byte(i >> 8), byte(len(items)), 2}, items...)
		if err == nil {
			err = s.ann.host.Announce(ctx, s.ann.Source(), c)
		}
		if err != nil {
			return costs{}, err
		}
	}
	return s.settled(ctx, s.ann.host).minus(before), ctx.Err()
}

// settle is how long nothing may come for what is under way to count as arrived: records are
// left without an answer.
const settle = 300 * time.Millisecond

// settled returns what a host has sent once nothing of it is under way any more.
func (s *story) settled(ctx context.Context, at *node) costs {
	for last := s.net.of(at); ; {
		select {
		case <-time.After(settle):
		case <-ctx.Done():
			return last
		}
		now := s.net.of(at)
		if now == last {
			return now
		}
		last = now
	}
}

// available measures what it costs that the originals are there.
func (s *story) available(ctx context.Context) (measure.Results, error) {
	if err := s.ann.Author.Publish(ctx, s.name); err != nil {
		return nil, err
	}
	fetched := 0
	after, _, err := s.costOf(func() error {
		if err := s.hear(ctx); err != nil {
			return err
		}
		return s.each(func(r *station) error {
			err := r.Reader.Fetch(ctx, s.refs()...)
			if v, viewErr := r.Reader.View(ctx, s.name); viewErr == nil {
				for i := range s.items {
					fetched += bit(v.Held(i).Has(originals))
				}
			}
			return err
		})
	})
	return measure.Results{
		measure.AtLeast("originals fetched", float64(fetched), float64(s.size.recipients*s.size.items)),
		measure.AtMost("requests, fetched", float64(after.requests), 0),
	}, err
}

func bit(is bool) int {
	if is {
		return 1
	}
	return 0
}
