package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// hazard is something that goes wrong for a while, under load.
type hazard struct {
	name       string
	begin, end func(context.Context) error
	minute     bool // it is to last so long
	harmless   bool // no request may be refused for it
}

// faults has things go wrong below hubs that are at work, and under the hubs, and then looks
// for all that was acknowledged: every collection, that its labels are gone if that was
// answered, its thumbnails, and that its recipient was told.
func (b *bench) faults(ctx context.Context) (results measure.Results, err error) {
	found, errs, dirs := make([]measure.Results, len(faultParts)), make([]error, len(faultParts)), make([]string, len(faultParts))
	for i := range dirs {
		if dirs[i], err = b.folder(); err != nil {
			return nil, err
		}
	}
	var all sync.WaitGroup
	for i, part := range faultParts {
		all.Go(func() { found[i], errs[i] = part(b, ctx, dirs[i]) })
		if !b.short {
			all.Wait() // one after the other, so that the times mean something
		}
	}
	all.Wait()
	return slices.Concat(found...), errors.Join(errs...)
}

// unlessSkipped says what is not measured because something is missing here, and returns any other
// error.
func unlessSkipped(err error) error {
	if errors.Is(err, errSkipped) {
		fmt.Fprintf(os.Stderr, "faults: NOT ALL IS MEASURED: %v\n", err)
		return nil
	}
	return err
}

// faultParts are the kinds of places where things go wrong, each in a folder of its own.
var faultParts = []func(b *bench, ctx context.Context, dir string) (measure.Results, error){
	(*bench).clusterFaults,
	(*bench).writersFaults,
	func(b *bench, ctx context.Context, dir string) (measure.Results, error) {
		return b.diskFaults(ctx, dir, "file store", "file")
	},
	func(b *bench, ctx context.Context, dir string) (measure.Results, error) {
		return b.diskFaults(ctx, dir, "SQLite", "sqlite")
	},
}

// clusterFaults is of two hubs on PostgreSQL, S3 and NATS.
func (b *bench) clusterFaults(ctx context.Context, dir string) (_ measure.Results, err error) {
	r := &rig{dir: dir}
	defer func() { err = errors.Join(err, r.close()) }()
	s, err := startServers(r, dir)
	if err != nil {
		return nil, unlessSkipped(err)
	}
	p, err := b.newPlace(ctx, "PostgreSQL, S3 and NATS", "pg", dir, 2)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return p.suffer(ctx, append([]hazard{p.killed("one of two hubs killed")}, s.hazards(!b.short)...))
}

// writersFaults is of two hubs that write into one file.
func (b *bench) writersFaults(ctx context.Context, dir string) (_ measure.Results, err error) {
	p, err := b.newPlace(ctx, "two hubs on one SQLite file", "sqlite", dir, 2)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	nothing := func(context.Context) error { return nil }
	return p.suffer(ctx, []hazard{
		{name: "both write", begin: nothing, end: nothing, harmless: true},
		p.killed("one killed"),
	})
}

// killed kills the first hub, and starts it again.
func (p *place) killed(name string) hazard {
	return hazard{
		name:  name,
		begin: func(context.Context) error { return p.halt(0) },
		end:   func(context.Context) error { return p.boot(0) },
	}
}

// suffer has one thing after the other go wrong.
func (p *place) suffer(ctx context.Context, hazards []hazard) (results measure.Results, err error) {
	stop := p.listeners(ctx)
	defer stop()
	var episodes []*episode
	lost := make([]int, len(hazards))
	for i, h := range hazards {
		e, err := p.pass(ctx, h)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", p.name, h.name, err)
		}
		episodes, lost[i] = append(episodes, e), p.lost(ctx, e)
		p.progress("%s, %s: %d albums, %d lost, %d of %d refused, %d wrong, silent for %v, well after %v", p.name, h.name,
			len(e.albums), lost[i], e.refused, e.asked, len(e.wrong), e.silence, e.recovered)
		for _, err := range e.wrong {
			p.progress("wrong: %v", err)
		}
	}
	if err := p.telling(ctx, episodes); err != nil {
		return nil, err
	}
	for i, e := range episodes {
		results = append(results, e.results(p.name, hazards[i].harmless, lost[i]+p.told.missing(e.albums), p.told.longest(e.albums))...)
	}
	return results, nil
}

// calm is how long there is load before a hazard, and after it.
func (b *bench) calm() time.Duration {
	if b.short {
		return 300 * time.Millisecond
	}
	return 2 * time.Second
}

// hold is how long a hazard lasts.
func (b *bench) hold(h hazard) time.Duration {
	switch {
	case h.minute:
		return time.Minute
	case b.short:
		return time.Second
	}
	return 5 * time.Second
}

// pass has the hubs at work before, during and after a hazard.
func (p *place) pass(ctx context.Context, h hazard) (_ *episode, err error) {
	e := p.begin(h.name)
	stop := p.traffic(ctx)
	defer stop()
	time.Sleep(p.calm())
	if err := h.begin(ctx); err != nil {
		return nil, errors.Join(err, h.end(ctx))
	}
	time.Sleep(p.hold(h))
	if err := h.end(ctx); err != nil {
		return nil, err
	}
	e.over()
	if err := e.recover(ctx); err != nil {
		return nil, err
	}
	time.Sleep(p.calm())
	e.close()
	return e, ctx.Err()
}
