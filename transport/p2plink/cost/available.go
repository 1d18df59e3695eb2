package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
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
	small, err := s.costOfAnn(ctx, func() error { return s.announce(ctx, announcing, s.items[:1]) })
	if err != nil {
		return nil, err
	}
	round, err := s.costOfAnn(ctx, func() error { return s.renews(ctx, s.size.announced) })
	if err != nil {
		return nil, err
	}
	quiet, err := s.costOfAnn(ctx, func() error { return s.waits(ctx) })
	one, all, hours := float64(small.requests)/announcing, float64(s.size.announced), p2plink.Again.Hours()
	what := fmt.Sprintf("%d announced collections of %d items", s.size.announced, manyItems)
	return measure.Results{
		measure.Shown("requests to announce a collection of one item", one, measure.Lower),
		measure.Shown("of them, records left", float64(small.puts)/announcing, measure.Lower),
		measure.AtMost(fmt.Sprintf("records left for %d items, beside one", manyItems), float64(round.puts)/all/(float64(small.puts)/announcing), 1.2),
		measure.AtMost("requests an hour of "+what, float64(round.requests+quiet.requests)/hours, 1.2*all*one/hours),
		measure.AtMost("of them, before it is due again", float64(quiet.requests), 0),
		measure.Shown("ms an announcement", round.took.Seconds()*1000/all, measure.Lower),
	}, err
}

// keeps has Ann serve many collections before anybody is there who would take a record of them:
// they are announced as soon as somebody is.
func (s *story) keeps(ctx context.Context) error {
	err := s.announce(ctx, s.size.announced, items(manyItems))
	if errors.Is(err, transport.ErrUnreachable) {
		return nil
	}
	return errors.Join(errRenewed, err)
}

// announce has Ann announce so many collections of these items.
func (s *story) announce(ctx context.Context, n int, items []collection.Item) error {
	var all []collection.Collection
	for i := range n {
		c, err := of(collection.ID{byte(i), byte(i >> 8), byte(len(items)), 2}, items...)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	return s.ann.host.Announce(ctx, s.ann.Source(), all...)
}

// items are so many items.
func items(n int) (all []collection.Item) {
	for i := range n {
		all = append(all, collection.Item{ID: collection.ItemID{byte(i), byte(i >> 8), 3}})
	}
	return all
}

var errRenewed = errors.New("other announcements were made than are due")

// renews has Ann's host announce what is due, which is so many collections.
func (s *story) renews(ctx context.Context, want int) error {
	if n := s.ann.host.Renew(ctx); n != want {
		return fmt.Errorf("%w: %d", errRenewed, n)
	}
	return ctx.Err()
}

// waits has the hours pass until all is due again.
func (s *story) waits(ctx context.Context) error {
	for range int(p2plink.Again.Hours()) - 1 {
		s.net.passed.Add(int64(time.Hour))
		if err := s.renews(ctx, 0); err != nil {
			return err
		}
	}
	return nil
}

// costOfAnn returns what something costs Ann's host.
func (s *story) costOfAnn(ctx context.Context, do func() error) (costs, error) {
	before, begun := s.net.of(s.ann.host), time.Now()
	err := do()
	took := time.Since(begun)
	if err == nil {
		err = s.net.settled(ctx)
	}
	after := s.net.of(s.ann.host).minus(before)
	after.took = took
	return after, err
}

// available measures what it costs that the originals are there.
func (s *story) available(ctx context.Context) (measure.Results, error) {
	if err := errors.Join(s.ann.Author.Publish(ctx, s.name), s.net.settled(ctx)); err != nil {
		return nil, err
	}
	fetched := 0
	looked, idle, after, err := s.costOf(func() error {
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
	all := s.size.recipients * s.size.items
	return measure.Results{
		measure.AtLeast("originals fetched, without labels", float64(fetched), float64(all)),
		measure.AtMost("requests, fetched", float64(looked.requests), float64(idle.requests)),
		measure.AtMost("connections, fetched", float64(looked.connections), float64(s.size.recipients)),
		measure.Shown("bytes, fetched, beside those of the originals", float64(after.requested)/float64(all*original), measure.Lower),
		measure.Shown("ms an original, fetched", after.took.Seconds()*1000/float64(all), measure.Lower),
	}, err
}

func bit(is bool) int {
	if is {
		return 1
	}
	return 0
}
