package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// results are what was measured.
type results struct {
	exact    measure.Results // requests and bytes
	times    measure.Results // and what has no bound
	contests []*contest      // for the plot
}

// links measures all kinds of links that are wanted.
func (o options) links(ctx context.Context) (found results, err error) {
	for _, k := range linkKinds {
		if !o.wants(k.name) {
			continue
		}
		contests, err := o.hold(ctx, k)
		if err != nil {
			return found, err
		}
		for _, c := range contests {
			found.add(c)
		}
	}
	return found, nil
}

// work is how long, in seconds, all computing may take that a limit allows.
const work = 0.03

// limit is how long n bytes take at least over some hops, one after the other, in seconds.
func (k linkKind) limit(hops, n int) float64 {
	return float64(hops)*(k.takes(n)+k.roundTrip).Seconds() + work
}

// add adds what a contest says.
func (r *results) add(c *contest) {
	r.contests = append(r.contests, c)
	name := fmt.Sprintf("%s, %d photos: ", c.kind.title, len(c.photos.items))
	r.addCosts(name, c.median(0), sum(c.photos.bodies()))
	r.addTimes(name, c)
}

// addCosts adds requests and bytes. They are the same on every link, as long as nobody
// has to ask again.
func (r *results) addCosts(name string, o outcome, thumbnails int) {
	beside := o.sent - o.needed - thumbnails
	r.exact = append(r.exact,
		measure.AtMost(name+"requests by a recipient", float64(o.requests), 3),
		measure.AtMost(name+"requests by the camera", float64(o.cameraRequests), 1),
		measure.AtMost(name+"bytes to the camera", float64(o.received), 1<<10),
		measure.AtMost(name+"bytes from the camera beside what must go", float64(beside), float64(1<<10+o.sent/100)),
	)
}

// addTimes adds times against the limits and the other contestants. A limit knows of no
// losses: on a link that loses, the bounds are not for it.
func (r *results) addTimes(name string, c *contest) {
	bound := measure.AtMost
	if c.kind.loss > 0 {
		bound = func(what string, value, _ float64) measure.Result { return measure.Shown(what, value, measure.Lower) }
	}
	k, o, posts, packed := c.kind, c.median(0), c.median(1), c.median(2)
	thumbnails := sum(c.photos.bodies())
	one := o.needed + len(c.photos.bodies()[0])
	against := func(what string, mine, post, archive float64) {
		r.times = append(r.times,
			measure.Shown(name+what+", s", mine, measure.Lower),
			measure.Shown(name+what+", against one POST a photo", mine/post, measure.Lower),
			measure.Shown(name+what+", against one archive", mine/archive, measure.Lower))
	}
	limited := func(what string, value, limit, most float64) {
		r.times = append(r.times, bound(name+what, value/limit, most))
	}
	limited("first thumbnail, against the limit", o.first, k.limit(2, one), 1.3)
	limited("first thumbnail, against one POST a photo and what else must go", o.first, posts.first+2*k.takes(o.needed).Seconds(), 1)
	against("first thumbnail", o.first, posts.first, packed.first)
	limited("all thumbnails, against the limit", o.all, k.limit(2, o.needed+thumbnails), 1.1)
	r.times = append(r.times, measure.Shown(name+"all thumbnails, against the limit of a hub that passes them on as they come",
		o.all/(k.limit(2, o.needed)+k.takes(thumbnails).Seconds()), measure.Lower))
	against("all thumbnails", o.all, posts.all, packed.all)
	limited("camera done, against the limit", o.camera, k.limit(1, o.needed+thumbnails), 1.05)
	against("camera done", o.camera, posts.camera, packed.camera)
	limited("second phase, against the limit", o.second, k.limit(2, o.update), 2)
	against("second phase", o.second, posts.second, packed.second)
}

// names are what can be asked for alone.
func names() (all []string) {
	for _, k := range linkKinds {
		all = append(all, k.name)
	}
	return append(all, originalsName)
}

func (o options) wants(name string) bool { return len(o.only) == 0 || slices.Contains(o.only, name) }
