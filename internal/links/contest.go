package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// recipients is how many there are.
const recipients = 2

// outcome is how long a share took over a link, in seconds, and what it cost.
type outcome struct {
	first, all, camera, second float64

	// Of Glimpse alone:
	requests       int // the most by a recipient, until all thumbnails are acknowledged
	cameraRequests int
	sent, received int // bytes over the camera's link
	needed         int // bytes that must go, thumbnails aside
	update         int // bytes of what takes the labels off
}

// contestant shares photos over links of a kind, and completes them.
type contestant struct {
	name  string
	share func(ctx context.Context, k linkKind, p *photos) (outcome, error)
}

// contestants are all that are measured, Glimpse first.
var contestants = []contestant{{"Glimpse", glimpse}, {"one POST a photo", ordinary(onePost)}, {"one archive", ordinary(archive)}}

// moment is when somebody saw the first, and all.
type moment struct{ first, all time.Time }

// watch has all recipients look on. What it returns waits for them, and returns the
// latest of their moments.
func watch[R any](all []R, look func(R) (moment, error)) (last func() (moment, error)) {
	var wait sync.WaitGroup
	seen, errs := make([]moment, len(all)), make([]error, len(all))
	for i, r := range all {
		wait.Go(func() { seen[i], errs[i] = look(r) })
	}
	return func() (m moment, err error) {
		wait.Wait()
		for _, s := range seen {
			if s.first.After(m.first) {
				m.first = s.first
			}
			if s.all.After(m.all) {
				m.all = s.all
			}
		}
		return m, errors.Join(errs...)
	}
}

func seconds(from, to time.Time) float64 { return to.Sub(from).Seconds() }

// contest is what came out of sharing some photos over a link, in the order of the
// contestants.
type contest struct {
	kind   linkKind
	photos *photos
	rounds [][]outcome // of each contestant
	errs   []error
}

// hold measures all contestants with all numbers of photos over one kind of link.
func (o options) hold(ctx context.Context, k linkKind) (all []*contest, err error) {
	for _, n := range o.photos {
		all = append(all, &contest{k, newPhotos(n, o.original), make([][]outcome, len(contestants)), make([]error, len(contestants))})
	}
	rounds := o.rounds
	if k.beside {
		rounds = 1
	}
	var runs sync.WaitGroup
	for range rounds {
		for _, c := range all {
			for i := range contestants {
				o.progress("%s, %d photos: %s", k.title, len(c.photos.items), contestants[i].name)
				runs.Go(func() { c.run(ctx, i) })
				if !k.beside {
					runs.Wait()
				}
			}
		}
	}
	runs.Wait()
	for _, c := range all {
		err = errors.Join(err, errors.Join(c.errs...))
	}
	return all, err
}

// run has a contestant share once.
func (c *contest) run(ctx context.Context, i int) {
	out, err := contestants[i].share(ctx, c.kind, c.photos)
	if err != nil {
		c.errs[i] = fmt.Errorf("%s, %d photos: %s: %w", c.kind.title, len(c.photos.items), contestants[i].name, err)
	}
	c.rounds[i] = append(c.rounds[i], out)
}

// median of a contestant's times; the rest is that of the last round.
func (c *contest) median(contestant int) outcome {
	rounds := c.rounds[contestant]
	o := rounds[len(rounds)-1]
	for _, of := range []func(*outcome) *float64{
		func(o *outcome) *float64 { return &o.first },
		func(o *outcome) *float64 { return &o.all },
		func(o *outcome) *float64 { return &o.camera },
		func(o *outcome) *float64 { return &o.second },
	} {
		var values []float64
		for _, r := range rounds {
			values = append(values, *of(&r))
		}
		*of(&o) = median(values)
	}
	return o
}

// median is the middle one, or the mean of the two.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// progress says what is going on.
func (o options) progress(format string, args ...any) {
	if !o.quiet {
		fmt.Fprintf(os.Stderr, format+"\n", args...)
	}
}
