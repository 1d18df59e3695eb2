package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// dimension is what there can be much of in a store.
type dimension struct {
	name string
	of   town
	n    func(*crowd) int
}

var dimensions = []dimension{
	{"records", ordinary, func(c *crowd) int { return c.records }},
	{"users", quiet, func(c *crowd) int { return c.users }},
	{"collections", busy, func(c *crowd) int { return c.albums }},
}

// growth measures how the cost of requests grows with what others have stored: the
// exponents of the powers that fit best. The cost is the time of the processor, with the
// garbage collector switched off: neither the disk, which costs the same whatever is
// stored, nor the heap of a store in memory hides what a request does.
func (b *bench) growth(ctx context.Context) (results measure.Results, err error) {
	for _, d := range dimensions {
		curves, err := b.grow(ctx, d)
		if err != nil {
			return results, fmt.Errorf("%s: %w", d.name, err)
		}
		for _, c := range curves {
			results = append(results, measure.AtMost(fmt.Sprintf("exponent of the cost of %s, by %s stored", c.request, d.name), c.exponent(), mostGrowth))
		}
		b.curves = append(b.curves, curves...)
	}
	return results, nil
}

// point is what a request costs with so much stored.
type point struct{ stored, seconds float64 }

// curve is how the cost of a request grows.
type curve struct {
	request, by string
	points      []point
}

// exponent is that of the power of what is stored that fits the cost best: the slope of
// the line through the logarithms.
func (c curve) exponent() float64 {
	var n, sx, sy, sxx, sxy float64
	for _, p := range c.points {
		x, y := math.Log(p.stored), math.Log(p.seconds)
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// smallest is how much is stored at least; each next store holds ten times as much.
const smallest = 1000

// grow measures every request at hubs whose stores hold more and more, in turn.
func (b *bench) grow(ctx context.Context, d dimension) (curves []curve, err error) {
	var sites []*site
	var stored []int
	for n := smallest; n <= b.largest; n *= 10 {
		others := new(crowd)
		s, err := b.crowdedSite(ctx, d.of, others, func(c *crowd) bool { return d.n(c) >= n })
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		sites, stored = append(sites, s), append(stored, d.n(others))
	}
	for _, r := range requests {
		costs, err := r.costs(ctx, sites)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		c := curve{request: r.name, by: d.name}
		for i, seconds := range costs {
			b.progress("%s with %d %s stored: %.3f ms", r.name, stored[i], d.name, 1e3*seconds)
			c.points = append(c.points, point{float64(stored[i]), seconds})
		}
		curves = append(curves, c)
	}
	return curves, nil
}

// crowdedSite makes a site on a store that holds what others have left.
func (b *bench) crowdedSite(ctx context.Context, of town, others *crowd, enough func(*crowd) bool) (*site, error) {
	store, err := b.store(ctx)
	if err != nil {
		return nil, err
	}
	a, err := newAuthority(nil)
	if err != nil {
		return nil, err
	}
	if err := of.fill(ctx, a, store, others, enough); err != nil {
		return nil, err
	}
	return newSite(ctx, a, store, readers)
}

// Samples of a request's cost: several, each of some requests, as far as there is time.
const (
	samples    = 10
	perSample  = 20
	maxSeconds = 10
)

// costs are the times of the processor that a request takes at some sites, which take
// turns: the least of the samples, since what else goes on at the machine only adds to it.
// The first ones, which find nothing in any cache, do not count, unless there is no time
// for others.
func (r request) costs(ctx context.Context, sites []*site) (least []float64, err error) {
	tries := make([]try, len(sites))
	for k, s := range sites {
		if tries[k], err = r.prepare(ctx, s); err != nil {
			return nil, err
		}
	}
	tidy()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	end := time.Now().Add(maxSeconds * time.Second)
	for i := 0; i <= samples && (i == 0 || time.Now().Before(end)); i++ {
		for k, do := range tries {
			seconds, err := r.sample(ctx, do, i, end)
			switch {
			case err != nil:
				return nil, err
			case i == 0:
				least = append(least, seconds)
			case i == 1 || seconds < least[k]:
				least[k] = seconds
			}
		}
	}
	return least, nil
}

// sample is the time that a request takes in the i-th sample.
func (r request) sample(ctx context.Context, do try, i int, end time.Time) (float64, error) {
	before, n := processorTime(), 0
	for n < perSample && (n == 0 || time.Now().Before(end)) {
		for range r.times {
			if err := do(ctx, i*perSample+n); err != nil {
				return 0, err
			}
		}
		n++
	}
	return (processorTime() - before).Seconds() / float64(r.times*n), nil
}

// processorTime is what this process has taken so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
