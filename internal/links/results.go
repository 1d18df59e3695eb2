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

// limits are those of what was shared, as the package comment says.
func (c *contest) limits() times {
	o, bodies := c.rounds[0][0], c.photos.bodies()
	all := o.needed + sum(bodies)
	return times{
		previewed:  c.kind.limit(2, o.needed),
		firstSeen:  c.kind.limit(2, o.needed+len(bodies[0])),
		allSeen:    c.kind.limit(2, all),
		cameraDone: c.kind.limit(1, all),
		completed:  c.kind.limit(2, o.update),
	}
}

// title names what was shared over what.
func (c *contest) title() string {
	return fmt.Sprintf("%s, %d photos", c.kind.title, len(c.photos.items))
}

// add adds what a contest says.
func (r *results) add(c *contest) {
	r.contests = append(r.contests, c)
	r.addCosts(c.title()+": ", c.median(0), sum(c.photos.bodies()))
	r.addTimes(c.title()+": ", c)
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
		bound = func(what string, value, _ float64) measure.Result { return shown(what, value) }
	}
	mine, posts, archive, limits := c.median(0), c.median(1), c.median(2), c.limits()
	for i, t := range mine.times {
		what := name + timed[i].what
		r.times = append(r.times,
			bound(what+", against the limit", t/limits[i], timed[i].most),
			shown(what+", s", t))
		if i != previewed {
			r.times = append(r.times,
				shown(what+", against one POST a photo", t/posts.times[i]),
				shown(what+", against one archive", t/archive.times[i]))
		}
	}
	manifest := c.kind.takes(mine.needed).Seconds()
	r.times = append(r.times,
		bound(name+"first thumbnail, against one POST a photo and what else must go", mine.times[firstSeen]/(posts.times[firstSeen]+2*manifest), 1),
		shown(name+"all thumbnails, against a hub that passes them on as they come", mine.times[allSeen]/(limits[allSeen]-c.kind.takes(sum(c.photos.bodies())).Seconds())))
}

func shown(what string, value float64) measure.Result {
	return measure.Shown(what, value, measure.Lower)
}

// names are what can be asked for alone.
func names() (all []string) {
	for _, k := range linkKinds {
		all = append(all, k.name)
	}
	return append(all, originalsName)
}

func (o options) wants(name string) bool { return len(o.only) == 0 || slices.Contains(o.only, name) }
