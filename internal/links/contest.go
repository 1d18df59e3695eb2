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

// longest is longer than any share takes here, so that nobody asks again for news.
const longest = 20 * time.Minute

// What is timed, in seconds: from the beginning of the share, the last from that of what
// completes it.
const (
	previewed = iota
	firstSeen
	allSeen
	cameraDone
	completed
)

// times are by what is timed.
type times [5]float64

// timed names what is, and how many times the limit it may be. Nobody but Glimpse has
// previews.
var timed = [...]struct {
	what string
	most float64
}{{"a preview of every photo", 1.25}, {"first thumbnail", 1.3}, {"all thumbnails", 1.1}, {"camera done", 1.05}, {"second phase", 2}}

// outcome is how long a share took, and what it cost.
type outcome struct {
	times

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

// moment is when somebody saw the previews, the first thumbnail, and all.
type moment struct{ previews, first, all time.Time }

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
			if s.previews.After(m.previews) {
				m.previews = s.previews
			}
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

	mu     sync.Mutex
	rounds [][]outcome // of each contestant
	err    error
}

// hold measures all contestants with all numbers of photos over one kind of link.
func (o options) hold(ctx context.Context, k linkKind) (all []*contest, err error) {
	for _, n := range o.photos {
		all = append(all, &contest{kind: k, photos: newPhotos(n, o.original), rounds: make([][]outcome, len(contestants))})
	}
	var runs sync.WaitGroup
	for range o.rounds {
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
		err = errors.Join(err, c.err)
	}
	return all, err
}

// run has a contestant share once.
func (c *contest) run(ctx context.Context, i int) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	out, err := contestants[i].share(ctx, c.kind, c.photos)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.err = errors.Join(c.err, fmt.Errorf("%s, %d photos: %s: %w", c.kind.title, len(c.photos.items), contestants[i].name, err))
	}
	c.rounds[i] = append(c.rounds[i], out)
}

// median of a contestant's times; the rest is that of the last round.
func (c *contest) median(contestant int) outcome {
	rounds := c.rounds[contestant]
	o := rounds[len(rounds)-1]
	for i := range o.times {
		var values []float64
		for _, r := range rounds {
			values = append(values, r.times[i])
		}
		o.times[i] = median(values)
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
