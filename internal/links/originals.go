package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/measure"
)

// originalsName is how the fetching of originals is called where links have their names.
const originalsName = "originals"

// load is which originals are fetched.
type load struct {
	count       int
	size, large int64 // bytes
	dir         string
}

// originals measures how originals are fetched, without a link.
func (o options) originals(ctx context.Context, r *results) (err error) {
	dir, err := os.MkdirTemp(o.load.dir, "links")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	l := o.load
	_, err = o.fetched(ctx, r, dir, l.count, l.size, (*shelf).fetch, (*shelf).bare)
	if err != nil {
		return err
	}
	times, err := o.fetched(ctx, r, dir, 1, l.large, (*shelf).fetch, (*shelf).bare, (*shelf).resume)
	if err != nil {
		return err
	}
	left := 1 - there + float64(digest.BlockSize)/float64(l.large)
	r.times = append(r.times, measure.AtMost(fmt.Sprintf("originals: resume with %.0f %% there, against what is left and one block", 100*there), times[2]/(left*times[0]), 1.2))
	return nil
}

// fetched has several ways to fetch the same originals take turns, and returns the
// medians, in seconds. The first two are a fetch and that of an ordinary program.
func (o options) fetched(ctx context.Context, r *results, dir string, count int, size int64, ways ...func(*shelf, context.Context) (time.Duration, error)) (times []float64, err error) {
	s, err := newShelf(ctx, dir, count, size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close(ctx)) }()
	all := make([][]float64, len(ways))
	for range o.rounds {
		o.progress("originals: %d of %d bytes", count, size)
		for i, way := range ways {
			runtime.GC()
			took, err := way(s, ctx)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], took.Seconds())
		}
	}
	for _, t := range all {
		times = append(times, median(t))
	}
	what := fmt.Sprintf("originals: %d of %s MB", count, measure.Figure(float64(size)/1e6))
	r.times = append(r.times,
		measure.AtMost(what+", against bare GET, file, fsync and SHA-256", times[0]/times[1], 1.1),
		shown(what+", s", times[0]))
	return times, nil
}
