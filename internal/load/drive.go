package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// drive has some clients do n pieces of work, each the next one that nobody has begun,
// and returns how long all of it took. It stops at the first error.
func drive(ctx context.Context, clients, n int, work try) (time.Duration, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	start := time.Now()
	for range clients {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := work(ctx, i); err != nil {
					stop(err)
				}
			}
		})
	}
	all.Wait()
	spent := time.Since(start)
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return spent, err
	}
	return spent, ctx.Err()
}

// perSecond is how many of n pieces of work were done a second.
func perSecond(n int, spent time.Duration) float64 { return float64(n) / spent.Seconds() }

func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
