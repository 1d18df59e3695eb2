package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// stepCost is what one step of a hub costs, with all that follows from it.
type stepCost struct {
	Records, Stored float64 // that are there afterwards and were not before, and their bytes
	Written         float64 // bytes of all changes
	Batches, Reads  float64 // transactions that change something, and calls that do not
	Bytes           float64 // of the messages, both ways
	CPU             float64 // seconds, those of its client included
}

// sizes are what was measured.
type sizes struct {
	User       stepCost // is made, with a camera's key and a token
	Share      stepCost // of a collection for two
	Completion stepCost
	Recipient  stepCost // one more of a collection, shared and completed
	News       stepCost // one recipient reads and acknowledges them
	Fetch      stepCost // of one thumbnail
	Probe      stepCost // of one collection

	Value   float64 // bytes by which the largest value grows with a recipient
	Changes float64 // by which the largest transaction grows with one
}

// How much is measured: of each step as many, and for how many people more.
const (
	paperTimes  = 32
	paperPeople = 512
)

// ruler measures steps at a hub over HTTP, on a store in memory.
type ruler struct {
	*site
	client client
	bytes  atomic.Int64
}

// measureSizes measures what steps cost.
func measureSizes(ctx context.Context) (s sizes, err error) {
	store, err := openStore(ctx, "mem", "")
	if err != nil {
		return s, err
	}
	a, err := newAuthority(nil)
	if err != nil {
		return s, err
	}
	r := new(ruler)
	if r.site, err = newSite(ctx, a, store, 2*paperTimes); err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	r.client = client{r.url, &http.Client{Transport: weighed{http.DefaultTransport, &r.bytes}}}
	return r.sizes(ctx)
}

// sizes measures one step after the other.
func (r *ruler) sizes(ctx context.Context) (s sizes, err error) {
	albums, err := r.albums(ctx, paperTimes, paperTimes, photos, thumbnailSize)
	if err != nil {
		return s, err
	}
	author := func(i int) *member { return albums[i].author }
	reader := func(i int) *member { return memberOf(r.members, albums[i].recipients[0]) }
	steps := []struct {
		to   *stepCost
		work func(i int) error
	}{
		{&s.User, func(int) error { _, err := enrol(ctx, r.hub); return err }},
		{&s.Share, func(i int) error {
			_, err := albums[i].shareWith(ctx, r.client.as(author(i)), albums[i].all(), thumbnailSize)
			return err
		}},
		{&s.Fetch, func(i int) error { return albums[i].fetch(ctx, r.client.as(reader(i)), 0, io.Discard) }},
		{&s.Completion, func(i int) error { _, err := albums[i].completeAt(ctx, r.client.as(author(i))); return err }},
		{&s.News, func(i int) error { return newEars().readAll(ctx, new(member), r.client.as(reader(i))) }},
	}
	for _, step := range steps {
		if *step.to, err = r.cost(ctx, paperTimes, step.work); err != nil {
			return s, err
		}
	}
	if s.Probe, err = r.cost(ctx, 1, func(int) error { return r.hub.Probe(ctx) }); err != nil {
		return s, err
	}
	s.Probe = s.Probe.times(1 / float64(paperTimes))
	return s, r.crowd(ctx, &s)
}

// crowd measures what one more recipient costs, by a collection with few and one with many.
func (r *ruler) crowd(ctx context.Context, s *sizes) error {
	var costs [2]stepCost
	var values, changes [2]float64
	for i, n := range []int{paperPeople, 2 * paperPeople} {
		a, err := newAlbum(ctx, r.id(), r.members[i], plan{items: newItems(photos)}, strangers(n)...)
		if err != nil {
			return err
		}
		r.store.largest.Store(0)
		r.store.most.Store(0)
		costs[i], err = r.cost(ctx, 1, func(int) error {
			_, err := a.shareWith(ctx, r.client.as(a.author), nil, 0)
			if err == nil {
				_, err = a.completeAt(ctx, r.client.as(a.author))
			}
			return err
		})
		if err != nil {
			return err
		}
		values[i], changes[i] = float64(r.store.largest.Load()), float64(r.store.most.Load())
	}
	s.Recipient = costs[1].plus(costs[0].times(-1)).times(1.0 / paperPeople)
	s.Value, s.Changes = (values[1]-values[0])/paperPeople, (changes[1]-changes[0])/paperPeople
	return nil
}

// cost is the mean of what n steps cost, to the end of all that follows.
func (r *ruler) cost(ctx context.Context, n int, work func(i int) error) (stepCost, error) {
	before, err := r.taken(ctx)
	if err != nil {
		return before, err
	}
	for i := range n {
		if err := work(i); err != nil {
			return before, err
		}
	}
	after, err := r.taken(ctx)
	return after.plus(before.times(-1)).times(1 / float64(n)), err
}

// taken is what all steps up to now have cost.
func (r *ruler) taken(ctx context.Context) (c stepCost, err error) {
	spent := processorTime()
	if _, err := r.store.settle(ctx); err != nil {
		return c, err
	}
	c = stepCost{
		Written: float64(r.store.written()), Batches: float64(r.store.batches.Load()), Reads: float64(r.store.reads.Load()),
		Bytes: float64(r.bytes.Load()), CPU: spent.Seconds(),
	}
	for one, err := range r.store.Store.Scan(ctx, "", "", 0) {
		if err != nil {
			return c, err
		}
		c.Records, c.Stored = c.Records+1, c.Stored+float64(len(one.Key)+len(one.Value))
	}
	return c, nil
}

// namedCost is what a step costs, by its name.
type namedCost struct {
	name string
	cost stepCost
}

// partNames are those of parts.
var partNames = [...]string{"records", "their bytes", "bytes written", "transactions", "reads", "bytes of messages", "CPU, ms"}

func (c stepCost) parts() [len(partNames)]float64 {
	return [...]float64{c.Records, c.Stored, c.Written, c.Batches, c.Reads, c.Bytes, 1e3 * c.CPU}
}

func (c stepCost) plus(d stepCost) stepCost {
	return stepCost{c.Records + d.Records, c.Stored + d.Stored, c.Written + d.Written, c.Batches + d.Batches, c.Reads + d.Reads, c.Bytes + d.Bytes, c.CPU + d.CPU}
}

func (c stepCost) times(f float64) stepCost {
	return stepCost{f * c.Records, f * c.Stored, f * c.Written, f * c.Batches, f * c.Reads, f * c.Bytes, f * c.CPU}
}
