package main

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
)

// announcing is how many collections of each size are announced: how far the table is searched
// for the place of one is chance.
const announcing = 20

// announcements measures that an announcement costs the same whatever number of items it is for.
func (s *story) announcements(ctx context.Context) (measure.Results, error) {
	small, err := s.announces(ctx, 1, s.items[:1])
	if err != nil {
		return nil, err
	}
	large, err := s.announces(ctx, 2, s.items)
	return measure.Results{
		measure.Shown("requests to announce a collection", float64(large.requests)/announcing, measure.Lower),
		measure.Shown("of them, records left", float64(large.puts)/announcing, measure.Lower),
		measure.AtMost("records left for all items, beside one", float64(large.puts)/float64(small.puts), 1.2),
	}, err
}

// announces has Ann announce collections of these items, and returns what that costs.
func (s *story) announces(ctx context.Context, kind byte, items []collection.Item) (costs, error) {
	before := s.net.of(s.ann.host)
	for i := range announcing {
		c, err := of(collection.ID{byte(i), kind, 2}, items...)
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
