package main

import (
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

// How several hubs are killed.
const (
	hubsAtWork     = 3
	betweenKills   = 2 * time.Second  // at most
	largeThumbnail = 100 << 10        // bytes: it becomes a blob, and no record
	lease          = 30 * time.Second // of what a hub has begun
	takingOver     = 5 * time.Second  // for others to see that a lease has ended, to do the work, and for readers to ask
)

// killedHubs kills one of several hubs at work many times, starts another in its place, and
// then looks for all that was acknowledged, as killed does. Whoever works sends each request
// to the next hub, and goes on when one is not answered.
func (b *bench) killedHubs(ctx context.Context) (_ measure.Results, err error) {
	c, err := b.newCluster(ctx)
	if c == nil || err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	if err := c.grow(ctx, hubsAtWork); err != nil {
		return nil, err
	}
	c.staff.items, c.staff.thumbnail = 2, largeThumbnail
	heard := newEars()
	if err := c.killAll(ctx, heard); err != nil {
		return nil, err
	}
	if err := heard.hearAll(ctx, c.client, c.staff); err != nil {
		return nil, err
	}
	return measure.Results{
		b.lostResult(ctx, c.staff, c.client, heard),
		measure.AtMost(fmt.Sprintf("the longest from an answer until it was told, s; a lease is %v, and looked at every %v", lease, resumeInterval),
			heard.longest(c.staff.shared).Seconds(), (lease + takingOver).Seconds()),
	}, ctx.Err()
}

// killAll kills hubs while the staff works and listens.
func (c *cluster) killAll(ctx context.Context, heard *ears) error {
	over := make(chan struct{})
	errs := make([]error, workers+1)
	var all sync.WaitGroup
	all.Go(func() { errs[workers] = heard.listen(ctx, c.client, c.staff, over) })
	for k := range workers {
		all.Go(func() { errs[k] = c.workOn(ctx, k, over) })
	}
	var err error
	for i := 0; i < c.kills && err == nil; i++ {
		time.Sleep(rand.N(betweenKills))
		err = c.replace(ctx, rand.N(len(c.processes)))
	}
	close(over)
	all.Wait()
	return errors.Join(append(errs, err)...)
}

// workOn has one of the staff work, whichever hub is killed, until it is over.
func (c *cluster) workOn(ctx context.Context, k int, over <-chan struct{}) error {
	for i := k; ; i++ {
		select {
		case <-over:
			return nil
		case <-time.After(stillness):
		}
		if err := c.staff.one(ctx, c.client, k, i); err != nil && !errors.Is(err, transport.ErrUnreachable) {
			return err
		}
	}
}

// replace kills a hub, and starts another in its place.
func (c *cluster) replace(ctx context.Context, i int) error {
	if err := c.processes[i].kill(); err != nil {
		return err
	}
	c.front.set(slices.Concat(c.processes[:i], c.processes[i+1:]))
	p, err := c.start(c.dir)
	if err != nil {
		return err
	}
	c.processes[i] = p
	c.front.set(c.processes)
	return ctx.Err()
}
