package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
)

// How hubs that share a store are measured.
const (
	mostHubs    = 4
	openSeconds = 10
	sharedWith  = 1000 // from whom the two recipients of a collection are drawn
)

// hubs measures what a completion costs the hubs' processes together, with one to four of
// them on one store: under the same load, of half of what one of them can do, which comes
// whether they answer or not.
func (b *bench) hubs(ctx context.Context) (_ measure.Results, err error) {
	c, err := b.newCluster(ctx)
	if c == nil || err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	if err := c.fill(ctx); err != nil {
		return nil, err
	}
	rate, err := c.saturation(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.grow(ctx, mostHubs); err != nil {
		return nil, err
	}
	costs, all, err := c.takeTurns(ctx, rate/2)
	if err != nil {
		return nil, err
	}
	late, err := c.woken(ctx)
	return measure.Results{
		measure.AtMost(fmt.Sprintf("hub CPU per completion, the most of 1 to %d hubs against the least", mostHubs), slices.Max(costs)/slices.Min(costs), 1.3),
		measure.AtMost("conflicts retried, of all transactions that change something, %", 100*float64(all.conflicts)/float64(all.batches), 1),
		measure.Shown("completions a second that one hub is capable of", rate, measure.Higher),
		measure.AtMost(fmt.Sprintf("the longest of %d times from a share's answer to the recipient who waits at another hub, s", wakes), late.Seconds(), 1),
	}, err
}

// takeTurns has one to all hubs behind the address in turn, since what a completion costs
// depends on what else the machine does, and returns the median costs. The first round is
// not counted: connections are made and keys are read in it.
func (c *cluster) takeTurns(ctx context.Context, rate float64) (costs []float64, all used, err error) {
	samples := make([][]float64, len(c.processes))
	each := min(int(rate*openSeconds), len(c.waiting)/((c.rounds+1)*len(c.processes)))
	for round := range c.rounds + 1 {
		for n := range c.processes {
			c.front.set(c.processes[:n+1])
			u, err := c.open(ctx, rate, each)
			if err != nil {
				return nil, all, err
			}
			if round > 0 {
				samples[n] = append(samples[n], u.perCompletion)
				all.conflicts, all.batches = all.conflicts+u.conflicts, all.batches+u.batches
			}
		}
	}
	for n, of := range samples {
		costs = append(costs, median(of))
		c.progress("%d hubs: %.3f ms of the processor a completion, %.3f to %.3f", n+1, 1e3*median(of), 1e3*slices.Min(of), 1e3*slices.Max(of))
	}
	c.progress("%d of %d batches in conflict", all.conflicts, all.batches)
	return costs, all, nil
}

// cluster is hubs in processes of their own, on one store and behind one address, and
// collections that wait to be completed there.
type cluster struct {
	*bench
	staff     *staff
	dir       string
	processes []*process
	front     *front
	client    client
	waiting   []*album
}

// newCluster makes a cluster without a hub; nil if the store is none that hubs can share.
func (b *bench) newCluster(ctx context.Context) (*cluster, error) {
	if b.kind != "pg" {
		b.progress("several hubs share a store with -store pg only")
		return nil, nil
	}
	store, a, err := b.home(ctx)
	if err != nil {
		return nil, err
	}
	s, err := hire(ctx, a, store)
	if err = errors.Join(err, store.Close()); err != nil {
		return nil, err
	}
	c := &cluster{bench: b, staff: s, dir: store.dir}
	c.front, c.client = newFront(2 * workers)
	return c, nil
}

// fill has one hub take many collections, and then another one start that remembers none.
func (c *cluster) fill(ctx context.Context) error {
	if err := c.grow(ctx, 1); err != nil {
		return err
	}
	to := strangers(sharedWith)
	c.waiting = make([]*album, c.albums/5)
	_, err := drive(ctx, workers, len(c.waiting), func(ctx context.Context, i int) (err error) {
		author := c.staff.members[i%len(c.staff.members)]
		first, second := rand.IntN(len(to)), rand.IntN(len(to))
		if c.waiting[i], err = newAlbum(ctx, c.staff.authority, author, plan{items: newItems(photos)}, to[first], to[second]); err != nil {
			return err
		}
		_, err = c.waiting[i].shareWith(ctx, c.client.as(author), nil, 0)
		return err
	})
	_, settleErr := c.settled(ctx)
	return errors.Join(err, settleErr, c.replace(ctx, 0))
}

// grow starts hubs until there are n.
func (c *cluster) grow(ctx context.Context, n int) error {
	for len(c.processes) < n {
		p, err := c.start(c.dir)
		if err != nil {
			return err
		}
		c.processes = append(c.processes, p)
	}
	c.front.set(c.processes)
	return ctx.Err()
}

func (c *cluster) stop() (err error) {
	for _, p := range c.processes {
		err = errors.Join(err, p.kill())
	}
	return err
}

// take takes collections to complete.
func (c *cluster) take(n int) ([]*album, error) {
	if n == 0 || len(c.waiting) < n {
		return nil, errors.New("too few collections for so many completions: see -collections")
	}
	taken := c.waiting[:n]
	c.waiting = c.waiting[n:]
	return taken, nil
}

// complete completes a collection at the hub whose turn it is.
func (c *cluster) complete(ctx context.Context, a *album) error {
	_, err := a.completeAt(ctx, c.client.as(a.author))
	return err
}

// saturation is how many completions a second one hub is capable of.
func (c *cluster) saturation(ctx context.Context) (float64, error) {
	taken, err := c.take(len(c.waiting) / 10)
	if err != nil {
		return 0, err
	}
	spent, err := drive(ctx, 2*workers, len(taken), func(ctx context.Context, i int) error { return c.complete(ctx, taken[i]) })
	return perSecond(len(taken), spent), err
}

// used is what a load has taken of all hubs.
type used struct {
	perCompletion      float64 // seconds of the processor
	conflicts, batches int64
}

// open completes n collections at a rate, and returns what the hubs have used.
func (c *cluster) open(ctx context.Context, rate float64, n int) (u used, err error) {
	taken, err := c.take(n)
	if err != nil {
		return u, err
	}
	before, err := c.settled(ctx)
	if err != nil {
		return u, err
	}
	if err := c.arrive(ctx, rate, taken); err != nil {
		return u, err
	}
	after, err := c.settled(ctx)
	return used{
		(after.Time - before.Time).Seconds() / float64(len(taken)),
		after.Conflicts - before.Conflicts, after.Batches - before.Batches,
	}, err
}

// arrive completes collections at a rate.
func (c *cluster) arrive(ctx context.Context, rate float64, albums []*album) error {
	pace := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer pace.Stop()
	errs := make([]error, len(albums))
	var all sync.WaitGroup
	for i, a := range albums {
		<-pace.C
		all.Go(func() { errs[i] = c.complete(ctx, a) })
	}
	all.Wait()
	return cmp.Or(errs...)
}

// settled waits until the hubs change nothing any more, since what follows from a completion
// is a part of what it costs, and returns what they have taken.
func (c *cluster) settled(ctx context.Context) (u usage, err error) {
	last := int64(-1)
	for err == nil && u.Batches != last {
		last = u.Batches
		time.Sleep(5 * stillness)
		u, err = c.usage(ctx)
	}
	return u, err
}

// usage is what all hubs have taken.
func (c *cluster) usage(ctx context.Context) (sum usage, err error) {
	for _, p := range c.processes {
		u, usageErr := p.usage(ctx)
		err = cmp.Or(err, usageErr)
		sum.Time, sum.Conflicts, sum.Batches = sum.Time+u.Time, sum.Conflicts+u.Conflicts, sum.Batches+u.Batches
	}
	return sum, err
}

// How who waits at another hub is measured.
const (
	wakes   = 20
	waiting = time.Minute // for news, which nobody does if wake-ups come
)

// woken shares albums at one hub while their recipients wait at another, and returns the
// longest time from an answer until one was told.
func (c *cluster) woken(ctx context.Context) (longest time.Duration, err error) {
	at, elsewhere, err := c.pair()
	if err != nil {
		return 0, err
	}
	for i := range wakes {
		d, err := c.wakeOne(ctx, newClient(at.url, 1), newClient(elsewhere.url, 1), i)
		if err != nil {
			return 0, err
		}
		longest = max(longest, d)
	}
	return longest, nil
}

// pair starts two hubs that let those wait who ask for news.
func (c *cluster) pair() (at, elsewhere *process, err error) {
	for _, p := range []**process{&at, &elsewhere} {
		if *p, err = c.start(c.dir, "-wait", waiting.String()); err != nil {
			return nil, nil, err
		}
		c.processes = append(c.processes, *p)
	}
	return at, elsewhere, nil
}

func (c *cluster) wakeOne(ctx context.Context, at, elsewhere client, i int) (time.Duration, error) {
	author, reader := c.staff.members[0], c.staff.readers()[i%len(c.staff.readers())]
	a, err := newAlbum(ctx, c.staff.authority, author, plan{items: newItems(photos)}, reader.user)
	if err != nil {
		return 0, err
	}
	told := make(chan time.Time, 1)
	var toldErr error
	go func() {
		var news transport.Changes
		if news, toldErr = elsewhere.as(reader).Changes(ctx, transport.ChangesRequest{}); len(news.Entries) == 0 {
			toldErr = errors.Join(toldErr, errors.New("who waits at another hub is not woken"))
		}
		told <- time.Now()
	}()
	time.Sleep(stillness) // it waits by now
	_, err = a.shareWith(ctx, at.as(author), nil, 0)
	answered := time.Now()
	late := (<-told).Sub(answered)
	return late, errors.Join(err, toldErr)
}
